/** The recordings of real API servers, as files have them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the recorder sent. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the real server answered. */
export interface RecordedResponse {
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Why there was no answer at all. */
  readonly error?: string;
  /** Of a watch: who ended it. */
  readonly ended?: string;
}

/** One call and its answer. */
export interface Exchange {
  /** Place in its file, from 0. */
  readonly index: number;
  readonly title: string;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

const FOLDER = join(import.meta.dirname, '..', '..', 'golden', 'kubernetes');

/** Every exchange of a file; headings are left out. */
export function readRecording(file: string): Exchange[] {
  const { exchanges } = JSON.parse(readFileSync(join(FOLDER, `${file}.json`), 'utf8')) as { exchanges: Partial<Exchange>[] };
  return exchanges.flatMap((exchange, index) =>
    exchange.request === undefined || exchange.response === undefined
      ? []
      : [{ index, title: exchange.title ?? '', request: exchange.request, response: exchange.response }],
  );
}

/** The files of `test/golden/kubernetes`. */
export const RECORDINGS = [
  'crd',
  'crud',
  'delete',
  'deployment-rollout',
  'discovery',
  'endpointslices',
  'lease',
  'list',
  'patches',
  'pods',
  'server-side-apply',
  'serviceaccount',
  'starting-and-overload',
  'watch',
  'watch-expired',
] as const;

/** A file without its ending. */
export type RecordingName = (typeof RECORDINGS)[number];
