import { Secret } from '../core/secret.ts';
import type { ConfigFault, FaultPlace } from './fault.ts';
import { absolute } from './paths.ts';
import { looksSecret, shownPath } from './shown.ts';
import { readFailureWords, variable, type ConfigSources, type Variable } from './sources.ts';

export interface SecretRequest {
  /** Undefined: it has no variable. */
  readonly value: Variable | undefined;
  readonly file: Variable | undefined;
  /** The file that the configuration names, with its place there and the folder that it is relative to. */
  readonly written: { readonly path: string; readonly folder: string; readonly place: FaultPlace } | undefined;
}

export interface SecretResult {
  readonly secret: Secret | undefined;
  readonly faults: readonly ConfigFault[];
}

/** One secret: from its variable, else from the file that its other variable names, else from the file that the configuration names. */
export async function readSecret(request: SecretRequest, sources: ConfigSources): Promise<SecretResult> {
  const { environment } = sources;
  const named = (name: Variable | undefined) => (name === undefined ? undefined : { name, value: variable(environment, name) });
  const value = named(request.value);
  const file = named(request.file);
  if (value?.value !== undefined && file?.value !== undefined) {
    return fault({ ...inVariable(value.name), expected: `either ${value.name} or ${file.name}`, found: 'both' });
  }
  if (value?.value !== undefined) return checked(value.value, inVariable(value.name));
  if (file?.value !== undefined) return fromFile(file.value, sources.cwd, inVariable(file.name), sources);
  if (request.written === undefined) return { secret: undefined, faults: [] };
  return fromFile(request.written.path, request.written.folder, request.written.place, sources);
}

/** A variable as a place of faults. */
export function inVariable(name: Variable): FaultPlace {
  return { path: name, line: undefined, column: undefined };
}

/** Long paths of mixed characters are no secrets, such as those in the folder of a person whose name has a capital. */
const PLAINLY_A_PATH = /^(?:~|\.{1,2})?\//;

async function fromFile(path: string, folder: string, place: FaultPlace, sources: ConfigSources): Promise<SecretResult> {
  const expected = 'a file that holds the secret';
  if (!PLAINLY_A_PATH.test(path) && looksSecret(path)) return fault({ ...place, expected, found: 'what looks like the secret itself' });
  const full = absolute(path, folder, sources);
  // Somebody who confused the two wrote a password here: only what is plainly a path is repeated.
  const name = path.includes('/') ? ` at ${shownPath(full)}` : '';
  try {
    return checked(await sources.readFile(full), place);
  } catch (error) {
    return fault({ ...place, expected, found: `${readFailureWords(error)}${name}` });
  }
}

/** The line break that editors add is cut off; anything else between or around is a mistake. */
function checked(text: string, place: FaultPlace): SecretResult {
  const value = text.trim();
  if (value === '') return fault({ ...place, expected: 'a secret', found: 'nothing' });
  if (/\s/.test(value)) return fault({ ...place, expected: 'the secret and nothing else', found: 'text with spaces or several lines' });
  return { secret: new Secret(value), faults: [] };
}

function fault(one: ConfigFault): SecretResult {
  return { secret: undefined, faults: [one] };
}
