/**
 * What can be wrong with PEM text, certificates and keys that somebody hands us, as a closed list.
 *
 * - `too-large` more text or more blocks than are read
 * - `no-block` no PEM block where one is expected
 * - `truncated` a block without its end, or an end without its beginning
 * - `bad-boundary` a BEGIN or END line that readers do not recognise (indented, joined with another, labels differ)
 * - `bad-base64` the body of a block is not base64
 * - `headers` a block with headers inside, which only keys of old and encrypted keys have
 * - `wrong-block` a block of another kind than the file is for
 * - `private-key` a private key where certificates belong
 * - `bad-certificate`, `bad-key` a block whose bytes are not what its label says
 * - `encrypted` a private key under a passphrase
 * - `two-keys` more than one private key
 * - `more` faults beyond {@link MAX_FAULTS}, counted only
 */
export type InputFaultCode =
  | 'too-large'
  | 'no-block'
  | 'truncated'
  | 'bad-boundary'
  | 'bad-base64'
  | 'headers'
  | 'wrong-block'
  | 'private-key'
  | 'bad-certificate'
  | 'bad-key'
  | 'encrypted'
  | 'two-keys'
  | 'more';

/** One fault of an input. `text` is one sentence and never shows the content of a block. */
export interface InputFault {
  readonly code: InputFaultCode;
  /** Counted from 1; undefined where the fault is about the whole. */
  readonly line: number | undefined;
  readonly text: string;
}

/** A value, or everything that is wrong with its input. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly InputFault[] };

/** So many faults of one input are told one by one. */
const MAX_FAULTS = 20;

/** The faults a person can read: the first {@link MAX_FAULTS}, then how many more there are. */
export function limitFaults(faults: readonly InputFault[]): readonly InputFault[] {
  if (faults.length <= MAX_FAULTS) return faults;
  const more = faults.length - MAX_FAULTS;
  return [...faults.slice(0, MAX_FAULTS), { code: 'more', line: undefined, text: `There are ${more} more faults.` }];
}
