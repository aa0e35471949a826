import type { CacertsRecord, Hold } from '../../rotation/model.ts';
import { MARKS, markTime } from './names.ts';

type Annotations = Readonly<Record<string, string>>;

/** What our annotations on a `cacerts` say. One that cannot be read counts as lost, which is the safe side: what it would allow is waited for anew. */
export function recordOf(annotations: Annotations): CacertsRecord {
  const proved = annotations[MARKS.proved];
  const provedAt = instantOf(annotations[MARKS.provedAt]);
  return {
    source: annotations[MARKS.source],
    writtenAt: instantOf(annotations[MARKS.writtenAt]),
    proved: proved === undefined || provedAt === undefined ? undefined : { contentId: proved, at: provedAt },
    rootsSince: instantOf(annotations[MARKS.rootsSince]),
    signerSince: instantOf(annotations[MARKS.signerSince]),
    hold: holdOf(annotations),
    revoked: (annotations[MARKS.revoked] ?? '').split(',').filter((fingerprint) => fingerprint !== ''),
  };
}

/** A hold stays one when nothing but the fingerprint is left of it. */
function holdOf(annotations: Annotations): Hold | undefined {
  const fingerprint = annotations[MARKS.hold];
  if (fingerprint === undefined || fingerprint === '') return undefined;
  return { fingerprint, why: annotations[MARKS.holdWhy] ?? '', at: instantOf(annotations[MARKS.holdAt]) ?? 0 };
}

function instantOf(text: string | undefined): number | undefined {
  const instant = Date.parse(text ?? '');
  return Number.isNaN(instant) ? undefined : instant;
}

/** Annotations to write; undefined takes one away. */
export type Marks = Readonly<Record<string, string | undefined>>;

export function holdMarks(hold: Hold | undefined): Marks {
  return {
    [MARKS.hold]: hold?.fingerprint,
    [MARKS.holdWhy]: hold?.why,
    [MARKS.holdAt]: hold === undefined ? undefined : markTime(hold.at),
  };
}

/** Annotations as they are after `marks`. */
export function withMarks(annotations: Annotations, marks: Marks): Readonly<Record<string, string>> {
  const all = Object.entries({ ...annotations, ...marks });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The same as a merge patch says it: null takes away. */
export function patchOf(marks: Marks): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(marks).map(([name, value]) => [name, value ?? null]));
}
