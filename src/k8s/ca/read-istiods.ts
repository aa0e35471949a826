import { parse } from 'yaml';
import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import type { IstiodFlags, IstiodPod } from '../../rotation/model.ts';
import { versionOf } from '../readers/deployments.ts';
import { Instant, Meta } from '../readers/objects.ts';
import { orMissing, shaped, type Reading } from '../readers/reading.ts';
import { CONFIG_MAPS, PODS } from '../resources.ts';
import { ISTIOD_SELECTOR, NUDGE_MARK } from './names.ts';

const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  env: z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]),
});

const Terminated = z.object({ reason: z.string().default(''), exitCode: z.number() });
const ContainerStatus = z.object({
  name: z.string(),
  restartCount: z.number().default(0),
  state: z.object({ running: z.object({ startedAt: Instant }).optional(), terminated: Terminated.optional() }).default({}),
  lastState: z.object({ terminated: Terminated.optional() }).default({}),
});

const Pod = z.object({
  metadata: Meta.extend({ uid: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({ containers: z.array(Container).min(1) }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      containerStatuses: z.array(ContainerStatus).default([]),
    })
    .prefault({}),
});

type Pod = z.infer<typeof Pod>;

/** istiod's own container (istio: manifests/charts/istio-control/istio-discovery). */
const CONTAINER = 'discovery';

/**
 * The pods of istiod, by name. One that is being deleted, or has ended for good, will never serve again and is left out.
 */
export async function readIstiods(reading: Reading, namespace: string): Promise<readonly IstiodPod[]> {
  const { client, signal } = reading;
  const items = await client.list(PODS, { namespace, labelSelector: ISTIOD_SELECTOR, signal });
  const pods = items.map((item) => shaped(Pod, item, 'a pod of istiod', reading)).filter(isAlive);
  const revisions = [...new Set(pods.map(revisionOf))];
  const pushing = await Promise.all(
    revisions.map(async (revision) => [revision, await pushesBundles(reading, namespace, revision)] as const),
  );
  const xdsAgents = new Map(pushing);
  return pods.map((pod) => istiod(pod, xdsAgents.get(revisionOf(pod)) ?? false)).toSorted((a, b) => a.name.localeCompare(b.name));
}

function isAlive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status.phase !== 'Failed' && status.phase !== 'Succeeded';
}

function revisionOf({ metadata }: Pick<Pod, 'metadata'>): string {
  return metadata.labels['istio.io/rev'] ?? 'default';
}

function istiod(pod: Pod, xdsAgent: boolean): IstiodPod {
  const { metadata, spec, status } = pod;
  const container = spec.containers.find(({ name }) => name === CONTAINER) ?? spec.containers[0];
  const state = status.containerStatuses.find(({ name }) => name === container?.name);
  const ended = state?.state.terminated ?? state?.lastState.terminated;
  return {
    name: metadata.name,
    uid: metadata.uid,
    revision: revisionOf(pod),
    ready: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    startedAt: state?.state.running?.startedAt,
    restarts: state?.restartCount ?? 0,
    lastExit: ended === undefined ? undefined : `${ended.reason} (exit code ${ended.exitCode})`.trim(),
    version: versionOf([container?.image ?? '']),
    flags: flagsOf(container?.env ?? [], xdsAgent),
    nudged: metadata.annotations[NUDGE_MARK],
    served: undefined,
  };
}

/** What Go's strconv.ParseBool takes for true; istiod's flags are read with it, and all of these are off where unset. */
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

function flagsOf(env: z.infer<typeof Container>['env'], xdsAgent: boolean): IstiodFlags {
  const isOn = (wanted: string): boolean => TRUE.has(env.findLast(({ name }) => name === wanted)?.value ?? '');
  return { multiRoot: isOn('ISTIO_MULTIROOT_MESH'), cacertsForSelfSigned: isOn('USE_CACERTS_FOR_SELF_SIGNED_CA'), xdsAgent };
}

const MeshMap = z.object({ data: z.record(z.string(), z.string()).default({}) });
const MeshConfig = z.object({
  defaultConfig: z.object({ proxyMetadata: z.object({ PROXY_CONFIG_XDS_AGENT: z.coerce.string().default('') }).prefault({}) }).prefault({}),
});

/**
 * Whether agents of a revision are told to take bundles as they are pushed. Where it cannot be read they count as not, which is the safe side: new roots are
 * then waited for as long as the longest leaf lives.
 */
async function pushesBundles(reading: Reading, namespace: string, revision: string): Promise<boolean> {
  const name = revision === 'default' ? 'istio' : `istio-${revision}`;
  try {
    const object = await orMissing(reading.client.get(CONFIG_MAPS, { namespace, name }, { signal: reading.signal }));
    if (object === undefined) return false;
    const { data } = shaped(MeshMap, object, `the ConfigMap ${name}`, reading);
    const mesh = MeshConfig.safeParse(yamlOf(data['mesh'] ?? ''));
    return mesh.success && TRUE.has(mesh.data.defaultConfig.proxyMetadata.PROXY_CONFIG_XDS_AGENT);
  } catch (error) {
    // The name of a revision's ConfigMap cannot be granted ahead of time.
    if (error instanceof OperatorError && error.reason === 'forbidden') return false;
    throw error;
  }
}

/** Undefined where it is no YAML: istiod keeps its last good one, which nobody knows here. */
function yamlOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // counts as not set
  }
}
