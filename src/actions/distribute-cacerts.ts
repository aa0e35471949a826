import { createHash } from 'node:crypto';
import { z } from 'zod';
import { distribute, planChange } from '../changes/engine.ts';
import type { ChangeView } from '../changes/ports.ts';
import type { Finding } from '../mesh/finding.ts';
import type { Planned } from '../rotation/goal.ts';
import type { Action } from './action.ts';
import { PATIENCE_MS } from './carry-out.ts';
import { engineOf, type ChangeContext } from './changes.ts';

const Input = z.strictObject({
  /** Names of clusters; absent = all. */
  only: z.array(z.string().min(1)).min(1).optional(),
  dryRun: z.boolean().optional(),
  /** Who asked; absent = the schedule or a change of a source. */
  by: z.string().min(1).optional(),
});
type Input = z.infer<typeof Input>;

export interface Distribution {
  readonly view: ChangeView | undefined;
  /** For a dry run. */
  readonly planned: Planned | undefined;
}

export const distributeCacerts: Action<Input, Distribution, ChangeContext> = {
  id: 'distribute-cacerts',
  role: 'operator',
  describe: 'Bring what cert-manager issued to the clusters, one at a time, each proved',
  input: Input,
  async run({ only, dryRun, by }, context) {
    const engine = engineOf(context);
    if (dryRun === true) {
      const planned = await planChange(only === undefined ? { kind: 'distribute' } : { kind: 'distribute', only }, engine);
      return { view: undefined, planned };
    }
    const view = await distribute({ only, by: by ?? 'schedule', patienceMs: PATIENCE_MS }, engine);
    if (by === undefined) await tell(only, view, context);
    return { view, planned: undefined };
  },
};

/**
 * Whoever did not ask hears what was done, and what could not be: each refusal once for as long as it lasts, and again when it comes back. It is over when a
 * distribution to all clusters ends well without it.
 */
async function tell(only: Input['only'], view: ChangeView, { outbox, clock, changes }: ChangeContext): Promise<void> {
  const { written, state, result, at } = view;
  const now = clock.now();
  if (written !== undefined && written.length > 0 && state === 'done')
    await outbox.add({ kind: 'caDistributed', id: `ca-distributed.${at}`, clusters: written, says: result }, now);
  const findings = view.findings.filter(({ severity }) => severity !== 'info');
  const since = await changes.refusals.record(findings.map(keyOf), now, state === 'done' && only === undefined);
  for (const finding of findings) {
    const key = keyOf(finding);
    await outbox.add({ kind: 'caRefused', id: `ca-refused.${key}.${since.get(key) ?? now}`, finding }, now);
  }
}

/** The same refusal of the same object for the same reason is the same news. */
function keyOf({ code, subject, title }: Finding): string {
  return createHash('sha256')
    .update(JSON.stringify([code, subject, title]))
    .digest('hex')
    .slice(0, 32);
}
