/** The recordings of istiod. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One thing that was done, and what was seen then. */
export interface RecordedStep {
  readonly do: string;
  readonly observed: Readonly<Record<string, unknown>>;
}

export const ISTIOD_RECORDINGS = [
  'broken-cacerts-at-start',
  'broken-cacerts-hot-reload',
  'hot-reload-intermediate',
  'root-change-client-certificates',
  'root-change-default-1.28',
  'root-change-default-1.30',
  'root-change-multiroot-1.28',
  'root-change-multiroot-1.30',
  'roots-mesh-config-and-replicas',
  'signing-1.28',
  'signing-1.30',
  'start-self-signed',
  'start-with-cacerts',
  'remote-clusters',
  'remote-secret-update',
  'networks',
] as const;

export type IstiodRecording = (typeof ISTIOD_RECORDINGS)[number];

const FOLDER = join(import.meta.dirname, '../../golden/istiod');

/** The steps of a recording, in their order. */
export function stepsOf(recording: IstiodRecording): readonly RecordedStep[] {
  return (read(recording) as { steps: RecordedStep[] }).steps;
}

/** What was seen at one step of a recording. */
export function observedAt(recording: IstiodRecording, place: number): RecordedStep['observed'] {
  return stepsOf(recording)[place]?.observed ?? {};
}

/** A certificate of the recordings, as far as it can be made again. */
export interface RecordedCertificate {
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** The certificates by the names that the recordings call them. */
export function recordedCertificates(): Readonly<Record<string, RecordedCertificate>> {
  return (read('pki') as { certificates: Record<string, RecordedCertificate> }).certificates;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}
