import { z } from 'zod';
import { toFailure } from '../core/errors.ts';
import { judgeCa, type CaJudgement, type CaMemory, type CaNotice } from '../mesh/ca-notices.ts';
import { certificatesOf } from '../mesh/certificates.ts';
import { judgeExpiry } from '../mesh/expiry-notices.ts';
import type { Action, ServiceContext } from './action.ts';
import { judgeServed } from './served-notices.ts';

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
  describe: 'Tell what was renewed, which renewal is overdue, and what comes to its end',
  input: z.strictObject({}),
  async run(_input, context) {
    const { mesh, signal, clock, caMemory, outbox, renewalOverdueAfter } = context;
    const snapshot = await mesh.observe(undefined, signal);
    const certificates = certificatesOf(snapshot);
    const now = clock.now();
    const renewals = judgeCa(certificates, await caMemory.read(), now, renewalOverdueAfter);
    const ends = judgeExpiry(snapshot, renewals.memory, now);
    const served = await judgePods(context, ends.memory, now);
    const told: CaNotice[] = [];
    for (const notice of [...renewals.notices, ...ends.notices, ...served.notices]) {
      if ((await outbox.add(notice, now)) === 'added') told.push(notice);
    }
    // Only after the outbox has them: a stop in between tells nothing twice, since the outbox knows each id.
    await caMemory.write(served.memory);
    return { at: certificates.at, told, failure: certificates.failure?.message };
  },
};

async function judgePods({ served, signal, log }: ServiceContext, memory: CaMemory, now: number): Promise<CaJudgement> {
  const nothing: CaJudgement = { notices: [], memory };
  if (served === undefined) return nothing;
  try {
    return judgeServed(await served(signal), memory, now);
  } catch (error) {
    // The other news must not wait for it; what was told before stays as it is.
    log.warn({ why: toFailure(error).message }, 'what istiods serve could not be looked at; the next run asks again');
    return nothing;
  }
}
