/** One direction, measured: the gateway at its end with all its probes, and TCP to whatever else lies there. */
import { withDeadline } from '../../core/abort.ts';
import { OperatorError } from '../../core/errors.ts';
import { readCanary, type CanaryState } from '../../k8s/probing/canary-install.ts';
import { readRemoteKubeconfigs } from '../../k8s/probing/remote-kubeconfigs.ts';
import { readBundle } from '../../k8s/readers/trust.ts';
import type { ClusterClient } from '../../k8s/client.ts';
import { observe, type Member } from '../../k8s/collect.ts';
import { readGatewayEnvoys } from '../../k8s/probing/gateway-envoy.ts';
import { canaryObjects, canaryService } from '../../mesh/canary.ts';
import { impossibleName, passthroughName } from '../../mesh/probing/gateway-names.ts';
import type { ConnectOutcome } from '../../mesh/probing/gateway-observation.ts';
import type { GatewayEvidence } from '../../mesh/probing/gateway-evidence.ts';
import { judgePath, type PathConclusion } from '../../mesh/probing/gateway-path.ts';
import type { Observed } from '../../mesh/model.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { readinessOf } from '../../mesh/probing/request-verdicts.ts';
import { probeGateway } from '../../probes/gateway.ts';
import { probeReadiness, READINESS_PORT } from '../../probes/readiness.ts';
import { readingOf, type ProberParts } from './parts.ts';

/** Reading what changes seldom may take so long, in milliseconds: probes do not wait for an API server that does not answer. */
const READ_MS = 2_000;
const READY_MS = 1_000;
const UNIQUE_LENGTH = 12;

export interface GatewayMeasured {
  readonly path: PathConclusion;
  readonly connects: readonly ConnectOutcome[];
  /** Whether the canary is there, where that was looked up because of what was seen; undefined: it was not, or could not be. */
  readonly canary: boolean | undefined;
}

/** All probes of the gateway of a cluster; undefined where the configuration names none. */
export async function measureGateway(to: Member, parts: ProberParts, signal: AbortSignal): Promise<GatewayMeasured | undefined> {
  const { config, dialer, machine } = parts;
  const { name, gateway } = to.identity;
  if (gateway === undefined) return undefined;
  const { canary } = config.probes;
  const service = { service: canaryService(canary, name), namespace: canary.namespace, port: canary.port };
  const target = { host: gateway.address, port: gateway.port, servername: passthroughName(service) };
  const request = { ...target, controlName: impossibleName(service, machine.random.id(UNIQUE_LENGTH).toLowerCase()) };
  const [{ main, control, second }, bundle] = await Promise.all([
    probeGateway(request, { dialer, clock: machine.clock }, signal),
    readCallersBundle(parts, signal),
  ]);
  const { proxy } = config.tailscale;
  const question = {
    target: { ...target, proxy: proxy === undefined ? undefined : `${proxy.host}:${proxy.port}` },
    main,
    control,
    second,
    bundle: bundle.ok ? bundle.value : undefined,
    expected: { trustDomain: config.mesh.trustDomain, namespace: canary.namespace, serviceAccount: undefined },
    evidence: undefined,
    now: machine.clock.now(),
    slowAfterMs: config.probes.slowAfter,
  };
  const first = judgePath(question);
  const seen = RESETS.has(first.code) ? await evidenceOf(to, target.servername, parts, signal) : undefined;
  const explained = seen === undefined ? first : judgePath({ ...question, evidence: seen.evidence });
  const path = await withReadiness(explained, gateway.address, parts, signal);
  return { path, connects: [main.connect, control.connect], canary: seen?.canary };
}

/** What the readiness port says is worth knowing where the path fails, and no verdict about it: a draining gateway serves on. */
async function withReadiness(
  path: PathConclusion,
  host: string,
  { dialer, machine }: ProberParts,
  signal: AbortSignal,
): Promise<PathConclusion> {
  const { cause } = path;
  if (path.path !== 'failing' || !path.hostAnswered || cause === undefined) return path;
  const { says } = readinessOf(await probeReadiness({ host }, { dialer, clock: machine.clock, withinMs: READY_MS }, signal));
  return { ...path, cause: { ...cause, facts: [...cause.facts, `its readiness port ${READINESS_PORT} says: ${says}`] } };
}

/** What a client cannot tell apart, the destination cluster can. */
const RESETS: ReadonlySet<string> = new Set(['reset', 'reset-after-3s', 'reset-after-10s', 'reset-slow']);

interface Evidence {
  readonly evidence: GatewayEvidence;
  readonly canary: boolean | undefined;
}

/** Whatever of it can be read: without the rights, or with the API away, the reset stays unexplained. */
async function evidenceOf(to: Member, servername: string, parts: ProberParts, signal: AbortSignal): Promise<Evidence> {
  const { clock } = parts.machine;
  const { client } = to;
  const [canary, envoy] = await Promise.all([
    canaryNow(to, parts, signal),
    client.ok
      ? observe(
          withDeadline(
            clock,
            READ_MS,
            'Asking the gateway',
            (inner) => readGatewayEnvoys(readingOf(client.value, inner), { servername, clock, counters: parts.envoyCounters }),
            signal,
          ),
        )
      : client,
  ]);
  const state = canary.ok ? canary.value : undefined;
  const evidence = {
    ...(state === undefined || state === null ? {} : { endpoints: { ready: state.available, total: state.desired } }),
    ...(envoy.ok ? { envoy: envoy.value } : {}),
  };
  return { evidence, canary: state === undefined ? undefined : state !== null };
}

/** The trust bundle that workloads where we are verify others with; from the signer's cluster where we are in none. */
function readCallersBundle(
  { kept, here, pool, config, machine }: ProberParts,
  signal: AbortSignal,
): Promise<Observed<readonly Certificate[]>> {
  const caller = here ?? pool.members.find(({ identity }) => identity.roles.includes('signer')) ?? pool.members[0];
  return kept.bundle.get('bundle', async () => {
    const client = usable(caller);
    const bundle = await withDeadline(
      machine.clock,
      READ_MS,
      'Reading the trust bundle',
      (inner) => readBundle(readingOf(client, inner), config.mesh.istioNamespace),
      signal,
    );
    if (bundle !== null) return bundle.certificates;
    throw new OperatorError({
      reason: 'notFound',
      what: 'Cannot read the trust bundle',
      where: `cluster ${client.cluster}`,
      why: 'there is no istio-ca-root-cert',
    });
  });
}

/** Whether the canary of a cluster is there; undefined: not known. */
export async function isCanaryThere(to: Member, parts: ProberParts, signal: AbortSignal): Promise<boolean | undefined> {
  const seen = await canaryOf(to, parts, signal);
  return seen.ok ? seen.value !== null : undefined;
}

/** The canary of a cluster, as it was within the last minute; null: it is not there. */
export function canaryOf(to: Member, parts: ProberParts, signal: AbortSignal): Promise<Observed<CanaryState | null>> {
  return lookAtCanary('get', to, parts, signal);
}

/** The same as it is now. */
export function canaryNow(to: Member, parts: ProberParts, signal: AbortSignal): Promise<Observed<CanaryState | null>> {
  return lookAtCanary('renew', to, parts, signal);
}

function lookAtCanary(
  how: 'get' | 'renew',
  { identity: { name }, client }: Member,
  { kept, config, pool, machine }: ProberParts,
  signal: AbortSignal,
): Promise<Observed<CanaryState | null>> {
  if (!client.ok) return Promise.resolve(client);
  const names = pool.members.map(({ identity }) => identity.name);
  return kept.canary[how](name, () => {
    const read = (inner: AbortSignal) => readCanary(client.value, canaryObjects(config.probes.canary, name, names), inner);
    return withDeadline(machine.clock, READ_MS, 'Looking at the canary', read, signal);
  });
}

/** Where the remote secrets here say that the API servers of others are. */
export function remotesHere(
  { kept, here, config, machine }: ProberParts,
  signal: AbortSignal,
): ReturnType<ProberParts['kept']['remotes']['get']> {
  return kept.remotes.get('remotes', async () => {
    if (here === undefined) return [];
    const client = usable(here);
    const read = (inner: AbortSignal) => readRemoteKubeconfigs(readingOf(client, inner), config.mesh.istioNamespace);
    return withDeadline(machine.clock, READ_MS, 'Reading the remote secrets', read, signal);
  });
}

/** @throws OperatorError where its kubeconfig cannot be used. */
function usable(member: Member | undefined): ClusterClient {
  if (member?.client.ok === true) return member.client.value;
  const failure = member?.client.ok === false ? member.client.failure : undefined;
  const next = failure?.next;
  throw new OperatorError({
    reason: failure?.reason ?? 'invalid',
    what: failure?.message ?? 'No cluster is configured',
    ...(next === undefined ? {} : { next }),
  });
}
