import { z } from 'zod';
import { CHECKS } from '../mesh/checks/index.ts';
import { runChecks } from '../mesh/run-checks.ts';
import { statusOf, type MeshStatus } from '../mesh/status.ts';
import { toFailure } from '../core/errors.ts';
import type { HealthView } from '../mesh/health-view.ts';
import type { Action, ActionContext } from './action.ts';

export const ScopeInput = z.strictObject({
  /** Names of clusters; absent = all. */
  only: z.array(z.string().min(1)).min(1).optional(),
});
export type ScopeInput = z.infer<typeof ScopeInput>;

export const meshStatus: Action<ScopeInput, MeshStatus> = {
  id: 'mesh-status',
  role: 'viewer',
  describe: 'How the mesh is: clusters, links, gateways, certificate authority, open problems',
  input: ScopeInput,
  async run({ only }, context) {
    const { mesh, clock, signal, progress } = context;
    progress(only === undefined ? 'Looking at every cluster' : `Looking at ${only.join(', ')}`);
    const snapshot = await mesh.observe(only, signal);
    return statusOf(snapshot, runChecks(CHECKS, snapshot, clock.now()), { only, health: await healthOf(context) });
  },
};

/** What is followed over time is left out where it cannot be read: the rest of the answer is right all the same. */
async function healthOf({ health, log }: Pick<ActionContext, 'health' | 'log'>): Promise<HealthView | undefined> {
  try {
    return await health?.read();
  } catch (error) {
    log.warn({ component: 'status', why: toFailure(error).message }, 'how links stand could not be read');
    return undefined;
  }
}
