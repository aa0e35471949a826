import { z } from 'zod';
import { OperatorError } from '../../../core/errors.ts';
import type { Step } from '../../../rotation/goal.ts';
import { Meta } from '../../readers/objects.ts';
import { orMissing, shaped } from '../../readers/reading.ts';
import { DEPLOYMENTS, PODS } from '../../resources.ts';
import { clientOf, type StepContext } from '../context.ts';
import { ISTIOD_SELECTOR, markTime, NUDGE_MARK, RESTART_MARK } from '../names.ts';
import { conflict } from '../wire.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/** Makes the kubelet project the Secret now. A pod that is gone by now needs it no more: the one in its place starts with the new data. */
export async function nudge({ cluster, pods, contentId }: StepOf<'nudge'>, context: StepContext): Promise<void> {
  const client = clientOf(context, cluster);
  const { istioNamespace: namespace, signal } = context;
  const patch = { metadata: { annotations: { [NUDGE_MARK]: contentId } } };
  await Promise.all(pods.map((name) => orMissing(client.mergePatch(PODS, { namespace, name }, patch, { signal }))));
}

const Deployment = z.object({
  metadata: Meta.extend({ resourceVersion: z.string() }),
  spec: z.object({ replicas: z.number().default(1) }),
  status: z
    .object({ observedGeneration: z.number().default(0), updatedReplicas: z.number().default(0), replicas: z.number().default(0) })
    .prefault({}),
});

type Deployment = z.infer<typeof Deployment>;

/** Rolls the Deployments of a revision, unless the API server of another cluster is away: a new istiod would know nothing of that cluster. */
export async function restart({ cluster, revision }: StepOf<'restart'>, context: StepContext): Promise<void> {
  const client = clientOf(context, cluster);
  const { istioNamespace: namespace, signal, clock } = context;
  await requireOthers(cluster, context);
  const items = await client.list(DEPLOYMENTS, { namespace, labelSelector: ISTIOD_SELECTOR, signal });
  const all = items.map((item) => shaped(Deployment, item, 'a Deployment of istiod', { client }));
  const wanted = all.filter(({ metadata }) => (metadata.labels['istio.io/rev'] ?? 'default') === revision);
  if (wanted.length === 0) throw conflict(client, `istiod of revision ${revision}`, 'there is no such Deployment');
  const rolling = wanted.find(isRolling);
  if (rolling !== undefined) throw conflict(client, `the Deployment ${rolling.metadata.name}`, 'it is being rolled out already');
  const patch = { spec: { template: { metadata: { annotations: { [RESTART_MARK]: markTime(clock.now()) } } } } };
  for (const { metadata } of wanted) {
    await client.mergePatch(
      DEPLOYMENTS,
      { namespace, name: metadata.name },
      { ...patch, metadata: { resourceVersion: metadata.resourceVersion } },
      { signal },
    );
  }
}

function isRolling({ metadata, spec, status }: Deployment): boolean {
  return (
    status.observedGeneration < metadata.generation || status.updatedReplicas < spec.replicas || status.replicas > status.updatedReplicas
  );
}

async function requireOthers(cluster: string, { members, signal }: StepContext): Promise<void> {
  const others = members.filter(({ identity }) => identity.name !== cluster);
  const silent = await Promise.all(
    others.map(async ({ identity, client }) => {
      if (!client.ok) return identity.name;
      try {
        await client.value.raw('/version', { signal });
        return undefined;
      } catch (error) {
        // A server that refuses to say its version answers.
        return error instanceof OperatorError && error.reason === 'forbidden' ? undefined : identity.name;
      }
    }),
  );
  const away = silent.filter((name) => name !== undefined);
  if (away.length === 0) return;
  throw new OperatorError({
    reason: 'conflict',
    what: 'istiod is not restarted now',
    where: `cluster ${cluster}`,
    why: `the API server of ${away.join(', ')} does not answer, and a new istiod would know nothing of its services`,
    next: 'It goes on when every API server answers.',
  });
}
