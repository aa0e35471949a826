import { filesFromData, type IstiodFiles } from '../../../src/rotation/istiod/files.ts';
import { istiodOutcome, type IstiodChange, type IstiodOutcome } from '../../../src/rotation/istiod/outcome.ts';
import { bytes, type Data, RECORDED_AT } from './bench.ts';

export const off = { multiRoot: false, cacertsForSelfSigned: false, xdsAgent: false };
export const on = { multiRoot: true, cacertsForSelfSigned: false, xdsAgent: true };

export interface Question extends Partial<Omit<IstiodChange, 'old' | 'next'>> {
  readonly old?: Data | null;
  readonly next?: Data | null;
}

/** Reading takes longer than judging, and laws judge the same files again and again. */
const known = new WeakMap<Data, IstiodFiles>();

export function filesOf(data: Data): IstiodFiles {
  const files = known.get(data) ?? filesFromData(bytes(data));
  known.set(data, files);
  return files;
}

/** A reload of 1.30.3 with its flags at their defaults, unless the question says otherwise. */
export function askIstiod({ old = null, next = null, ...rest }: Question): IstiodOutcome {
  const files = (data: Data | null) => (data === null ? null : filesOf(data));
  return istiodOutcome({ version: '1.30.3', flags: off, at: RECORDED_AT, occasion: 'reload', ...rest, old: files(old), next: files(next) });
}
