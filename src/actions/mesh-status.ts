import { z } from 'zod';
import { CHECKS } from '../mesh/checks/index.ts';
import { runChecks } from '../mesh/run-checks.ts';
import { statusOf, type MeshStatus } from '../mesh/status.ts';
import type { Action } from './action.ts';

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
  async run({ only }, { mesh, clock, signal, progress }) {
    progress(only === undefined ? 'Looking at every cluster' : `Looking at ${only.join(', ')}`);
    const snapshot = await mesh.observe(only, signal);
    return statusOf(snapshot, runChecks(CHECKS, snapshot, clock.now()), only);
  },
};
