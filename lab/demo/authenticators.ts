/** The authenticators of the demo's admins: what a phone would show them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import type { LabClock } from '../clock.ts';
import { action, type LabFault } from '../faults.ts';
import { remember } from '../pki/keys.ts';

export interface Authenticator {
  readonly name: string;
  readonly user: string;
  readonly file: string;
  /** The code of this moment. */
  readonly code: () => string;
}

const SECRET_BYTES = 20;

/** A new authenticator, whose secret lies in a file of its owner alone. */
export async function createAuthenticator(name: string, user: string, dir: string, clock: LabClock): Promise<Authenticator> {
  const secret = new Secret({ size: SECRET_BYTES });
  const file = join(dir, `authenticator-${name}`);
  await writeFile(file, remember(secret.base32), { mode: 0o600 });
  const totp = new TOTP({ secret });
  return { name, user, file, code: () => totp.generate({ timestamp: clock.now() }) };
}

/** A look at the phone, as an entry of the panel: the code stands in its explanation from then on. */
export function authenticatorFaults(authenticators: readonly Authenticator[]): LabFault[] {
  return authenticators.map(({ name, code }) => {
    let shown = '';
    const look = action(
      {
        id: `authenticator-${name}`,
        title: `Look at ${name}'s authenticator`,
        explain: '',
        group: 'One-time codes',
      },
      () => {
        shown = code();
      },
    );
    return {
      ...look,
      get explain() {
        return shown === ''
          ? `${name} is admin: what changes the root asks for a code.`
          : `It shows ${shown}. A code is good for half a minute, and once.`;
      },
    };
  });
}
