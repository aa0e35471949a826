import { SECOND } from '../../core/duration.ts';
import type { Step } from '../../rotation/goal.ts';
import type { CaState, Intent, IntentObject } from '../../rotation/model.ts';
import { acquireLease, type HeldLease } from '../lease.ts';
import { signerOf, stateNamespace, type AuthorityPortOptions, type LookOptions, type StepContext } from './context.ts';
import { createIntent, updateIntent } from './intent.ts';
import { lookAtAuthority } from './look.ts';
import { LEASE_NAME, MANAGED_BY } from './names.ts';
import { carryOutStep } from './steps/index.ts';

export type { AuthorityPortOptions } from './context.ts';

/** How long others wait for a holder that says nothing any more. */
const LEASE_MS = 15 * SECOND;

/** The authority in the clusters, as the engine asks for it. */
export interface ClusterAuthority {
  look(options: LookOptions, signal: AbortSignal): Promise<CaState>;
  carryOut(step: Step, signal: AbortSignal): Promise<void>;
  createIntent(intent: Intent, signal: AbortSignal): Promise<IntentObject>;
  updateIntent(object: IntentObject, signal: AbortSignal): Promise<IntentObject>;
  lease(signal: AbortSignal): Promise<HeldLease>;
}

/** The authority over the clients of a mesh. It keeps nothing between two calls. */
export function createAuthorityPort(options: AuthorityPortOptions): ClusterAuthority {
  const during = (signal: AbortSignal): StepContext => ({ ...options, signal });
  return {
    look: (wanted, signal) => lookAtAuthority(wanted, during(signal)),
    carryOut: (step, signal) => carryOutStep(step, during(signal)),
    createIntent: (intent, signal) => createIntent(intent, during(signal)),
    updateIntent: (object, signal) => updateIntent(object, during(signal)),
    async lease(signal) {
      const { target, holder, clock, random, log } = options;
      const place = { client: signerOf(options), namespace: stateNamespace(target), name: LEASE_NAME, labels: MANAGED_BY };
      return acquireLease({ ...place, holder, durationMs: LEASE_MS, clock, random, log }, signal);
    },
  };
}
