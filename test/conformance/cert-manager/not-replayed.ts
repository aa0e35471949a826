/** What of the recordings of cert-manager is not compared, each with the reason. Everything else is, and must conform. */
import type { RecordingName } from './recording.ts';

interface Listed {
  readonly file: RecordingName;
  /** When the chapter begins, in milliseconds. */
  readonly at: number;
  readonly reason: string;
}

/** Files that are not timelines of the controller. */
export const OTHER_FILES: Readonly<Record<string, string>> = {
  'fixtures.json': 'whole key pairs for the tests of what reads them: nothing happens in it',
  'metrics.txt': 'the lab has no metrics of cert-manager, and the product reads none',
  'webhook.json': 'answers of the webhook, which is not part of the controller; the product asks for nothing that it refuses',
};

/** The list; the run fails when an entry does not exist or would conform. */
export const NOT_REPLAYED: readonly Listed[] = [
  { file: 'odd-specs', at: 17_407, reason: 'the product asks for no additional output formats' },
  { file: 'odd-specs', at: 24_318, reason: 'the product gives no template for the Secret, so none is taken back' },
];

/** Why a chapter is not compared, or undefined when it is. */
export function reasonFor(file: RecordingName, at: number): string | undefined {
  return NOT_REPLAYED.find((listed) => listed.file === file && listed.at === at)?.reason;
}
