import { z } from 'zod';
import type { Secret } from '../core/secret.ts';
import type { ConfigDocument } from './document.ts';
import type { ConfigFault } from './fault.ts';
import { folderOf } from './paths.ts';
import { inVariable, readSecret } from './secrets.ts';
import { variable, type ConfigSources } from './sources.ts';

/** Shorter ones could be guessed: 32 characters of base64 are 192 bits. */
const SHORTEST_KEY = 32;
/** RFC 4226 asks for 128 bits: 26 characters of base32. Many authenticators hand out 16 characters, so those are taken. */
const BASE32 = /^[A-Z2-7]{16,}=*$/i;

const Loose = z
  .object({
    approvals: z
      .object({
        keyFile: z.string().optional().catch(undefined),
        totp: z
          .array(z.object({ user: z.string(), secretFile: z.string() }).optional().catch(undefined))
          .catch([])
          .default([]),
      })
      .catch({ keyFile: undefined, totp: [] })
      .default({ keyFile: undefined, totp: [] }),
  })
  .catch({ approvals: { keyFile: undefined, totp: [] } });

export interface ApprovalSecrets {
  readonly key: Secret | undefined;
  readonly totp: ReadonlyMap<string, Secret>;
  readonly faults: readonly ConfigFault[];
}

/** The key of approvals and the secrets of authenticators, as far as they can be read. */
export async function readApprovals(document: ConfigDocument, file: string, sources: ConfigSources): Promise<ApprovalSecrets> {
  const { approvals } = Loose.parse(document.value);
  const folder = folderOf(file);
  const key = await readKey(approvals.keyFile, document, folder, sources);
  const totp = new Map<string, Secret>();
  const faults: ConfigFault[] = [...key.faults];
  for (const [index, entry] of approvals.totp.entries()) {
    if (entry === undefined) continue; // the schema says what is wrong with it
    const place = document.place(['approvals', 'totp', index, 'secretFile']);
    const read = await readSecret({ value: undefined, file: undefined, written: { path: entry.secretFile, folder, place } }, sources);
    faults.push(...read.faults);
    if (read.secret === undefined) continue;
    if (BASE32.test(read.secret.reveal())) totp.set(entry.user, read.secret);
    else faults.push({ ...place, expected: 'a file with a secret in base32, 16 characters or more', found: 'something else' });
  }
  return { key: key.secret, totp, faults };
}

async function readKey(
  written: string | undefined,
  document: ConfigDocument,
  folder: string,
  sources: ConfigSources,
): Promise<{ readonly secret: Secret | undefined; readonly faults: readonly ConfigFault[] }> {
  const place = document.place(['approvals', 'keyFile']);
  const request = {
    value: 'MESHWARDEN_APPROVAL_KEY',
    file: 'MESHWARDEN_APPROVAL_KEY_FILE',
    written: written === undefined || written === '' ? undefined : { path: written, folder, place },
  } as const;
  const read = await readSecret(request, sources);
  if (read.secret === undefined || read.secret.reveal().length >= SHORTEST_KEY) return read;
  const { environment } = sources;
  const from = [request.value, request.file].find((name) => variable(environment, name) !== undefined);
  const at = from === undefined ? place : inVariable(from);
  return { secret: undefined, faults: [{ ...at, expected: `a key of at least ${SHORTEST_KEY} characters`, found: 'a shorter one' }] };
}
