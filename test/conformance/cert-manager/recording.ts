/** Recordings of cert-manager: what was done, and every state that a watcher saw. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../lab/kubernetes/object.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'golden', 'cert-manager');

/** All recordings of the controller. */
export const RECORDINGS = [
  'backoff-timing',
  'chain-of-intermediates',
  'denied-and-backoff',
  'forced-renewal',
  'guide-wrong-setup',
  'hierarchy',
  'issuer-missing',
  'key-variants',
  'odd-specs',
  'one-secret-two-certificates',
  'renewal-by-time',
  'root-reissue',
  'secret-lost-or-damaged',
  'spec-changes',
] as const;

/** One of them. */
export type RecordingName = (typeof RECORDINGS)[number];

/** A request that the recorder sent. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: Record<string, unknown>;
}

/** One line of a timeline. */
export interface Line {
  readonly t_ms: number;
  readonly event: string;
  readonly object?: KubeObject;
  readonly request?: RecordedRequest;
}

/** What is known of a certificate of a recording. */
export interface RecordedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly selfSigned: boolean;
  readonly lifeSeconds: number;
  readonly matchesPrivateKey?: number;
  readonly extensions: readonly string[];
}

/** A recording. */
export interface Recording {
  readonly timeline: readonly Line[];
  readonly times: Readonly<Record<string, string>>;
  readonly certificates: Readonly<Record<string, RecordedCertificate>>;
}

/** Reads a recording. */
export function readRecording(name: RecordingName): Recording {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Recording;
}

/** What the recorder did, and what came of it until the next thing that it did. */
export interface Chapter {
  /** When it began. */
  readonly at: number;
  readonly actions: readonly Line[];
  readonly lines: readonly Line[];
}

/** Actions that follow each other faster than the controller acts are one. */
const AT_ONCE_MS = 7;

/** The chapters of a recording. What the API server refused did not happen. */
export function chaptersOf({ timeline }: Recording): Chapter[] {
  const chapters: { at: number; last: number; actions: Line[]; lines: Line[] }[] = [];
  for (const [index, line] of timeline.entries()) {
    const chapter = chapters.at(-1);
    if (isAction(line)) {
      if (isRefused(timeline, index)) continue;
      if (chapter !== undefined && line.t_ms - chapter.last <= AT_ONCE_MS) {
        chapter.actions.push(line);
        chapter.last = line.t_ms;
      } else chapters.push({ at: line.t_ms, last: line.t_ms, actions: [line], lines: [] });
    } else if (line.object !== undefined && /^(?:ADDED|MODIFIED|DELETED) /.test(line.event)) chapter?.lines.push(line);
  }
  return chapters.map(({ at, actions, lines }) => ({ at, actions, lines }));
}

function isAction({ event }: Line): boolean {
  return event.startsWith('CLIENT ') && !event.startsWith('CLIENT answer');
}

function isRefused(timeline: readonly Line[], index: number): boolean {
  const answer = timeline.slice(index + 1).find(({ event }) => event.startsWith('CLIENT'));
  return /^CLIENT answer [45]/.test(answer?.event ?? '');
}
