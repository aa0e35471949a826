import { z } from 'zod';
import { judgeCa, type CaNotice } from '../mesh/ca-notices.ts';
import { certificatesOf } from '../mesh/certificates.ts';
import type { Action, ServiceContext } from './action.ts';

export interface CaExpiryResult {
  readonly at: number;
  /** News of this run that were not told before. */
  readonly told: readonly CaNotice[];
  /** Why the authority could not be looked at, if so. */
  readonly failure: string | undefined;
}

/** Compares the authority with what was last seen of it, and puts what is new into the outbox: each piece of news once. */
export const checkCaExpiry: Action<Record<string, never>, CaExpiryResult, ServiceContext> = {
  id: 'check-ca-expiry',
  role: 'viewer',
  describe: 'Tell when a certificate of the authority was renewed or its renewal is overdue',
  input: z.strictObject({}),
  async run(_input, { mesh, signal, clock, caMemory, outbox, renewalOverdueAfter }) {
    const certificates = certificatesOf(await mesh.observe(undefined, signal));
    const now = clock.now();
    const { notices, memory } = judgeCa(certificates, await caMemory.read(), now, renewalOverdueAfter);
    const told: CaNotice[] = [];
    for (const notice of notices) {
      if ((await outbox.add(notice, now)) === 'added') told.push(notice);
    }
    // Only after the outbox has them: a stop in between tells nothing twice, since the outbox knows each id.
    await caMemory.write(memory);
    return { at: certificates.at, told, failure: certificates.failure?.message };
  },
};
