/** A mesh of several clusters in one call: healthy, with real keys and certificates, as cert-manager and Istio would have left it. */
import type { LabClock } from '../clock.ts';
import { createCertManager, type CertManager } from '../controllers/cert-manager.ts';
import { startDeployments } from '../controllers/deployments.ts';
import type { Reviewer } from '../controllers/istiod/client-identity.ts';
import { createIstiods } from '../controllers/istiods.ts';
import { startLabCluster } from '../kubernetes/cluster.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { createLabNetwork, type LabNetwork } from '../network.ts';
import { type Authority, createAuthority } from '../pki/authority.ts';
import { remember } from '../pki/keys.ts';
import { canary, CANARY_NAMESPACE } from './canary.ts';
import {
  caIssuer,
  certificate,
  certificateSecret,
  certManagerWorkloads,
  intermediateOf,
  lifeOf,
  ROOT,
  ROOT_NAME,
  selfSignedIssuer,
} from './cert-manager.ts';
import { API_PORT, clustersOf, type MeshCluster } from './cluster.ts';
import { configYaml, type ConfigOptions, kubeconfigs, mergedKubeconfig, writeKubeconfigs } from './config.ts';
import { cacerts, controlPlane } from './control-plane.ts';
import { certManagerDefinitions, istioDefinitions } from './definitions.ts';
import { crossNetworkGateway, eastWestGateway } from './gateways.ts';
import { httpbin, runsHttpbin } from './httpbin.ts';
import { startNodeLeases } from './leases.ts';
import type { MeshMember } from './member.ts';
import { ISTIO_NAMESPACE, namespaces } from './namespaces.ts';
import { node } from './nodes.ts';
import { createOverlays } from './overlays.ts';
import { PRODUCT_GROUPS, PRODUCT_USER, productRights } from './rbac.ts';
import { reader, READER_GROUPS, READER_USER, readerToken, type RemoteApi, remoteSecret } from './remote-secrets.ts';

const DAY_MS = 86_400_000;
const KUBERNETES_VERSION = 'v1.36.2+k3s1';

/** What a mesh is made of. */
export interface MeshOptions {
  readonly clock: LabClock;
  /** Two by default: `cluster-a`, which signs and takes public traffic, and `cluster-b`. */
  readonly clusters?: readonly MeshCluster[];
  /** How long ago the intermediates were issued, in milliseconds; 20 days by default, so that they are renewed in 100 days. */
  readonly intermediatesAge?: number;
  /** What every API server and node says it is; by default a version that Istio 1.30 and cert-manager 1.21 support. */
  readonly gitVersion?: string;
  /** The version of every istiod; by default the one that the scene was made for. */
  readonly istioVersion?: string;
  /** `ISTIO_MULTIROOT_MESH` of every istiod; off by default. */
  readonly multiRoot?: boolean;
  /** Replicas of each istiod; one by default. */
  readonly istiodReplicas?: number;
  /**
   * With what probes look at: canaries, a service for public traffic, Leases of nodes, and API servers that the others reach through the tailnet. What
   * listens there is started by `startLabGateways`. Off by default.
   */
  readonly probed?: boolean;
}

/** A mesh that runs. */
export interface LabMesh {
  readonly clock: LabClock;
  /** Who is in the tailnet, and in what state the ways between them are. */
  readonly network: LabNetwork;
  readonly members: readonly MeshMember[];
  readonly signer: MeshMember;
  readonly root: Authority;
  readonly certManager: CertManager;
  member(name: string): MeshMember;
  /** The text of a `meshwarden.yaml` for this mesh. */
  configYaml(options: ConfigOptions): string;
  /** A kubeconfig for each cluster with the product's own rights, by the cluster's name. */
  kubeconfigs(): ReadonlyMap<string, string>;
  /** One kubeconfig with a context for each cluster. */
  mergedKubeconfig(): string;
  /** Writes `<cluster>.yaml` for each cluster and `all.yaml` with all of them. */
  writeKubeconfigs(dir: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an API server for each cluster and fills it. Rejects where no cluster is the signer. */
export async function buildMesh(options: MeshOptions): Promise<LabMesh> {
  const { clock } = options;
  const clusters = options.clusters ?? clustersOf(2);
  const signing = clusters.findIndex(({ roles }) => roles.includes('signer'));
  const now = clock.now();
  const root = createAuthority({ commonName: ROOT_NAME, ...lifeOf(ROOT, now - 30 * DAY_MS) });
  // Nothing is started for a mesh that cannot be.
  const members: MeshMember[] = [];
  const remote = (id: string): Reviewer | undefined => {
    const api = members.find(({ name }) => name === id)?.api;
    return api && ((token, audience) => api.reviewToken(token, audience));
  };
  if (signing !== -1) members.push(...(await Promise.all(clusters.map((cluster) => startMember(cluster, root, { ...options, remote })))));
  const signer = members[signing];
  if (signer === undefined) throw new Error('A mesh needs one cluster with the role signer');

  // Made once each: in a mesh of 100 clusters every one of them lies in 99 others.
  const remotes = members.map((member) => ({ member, secret: remoteSecret(remoteApi(member)) }));
  for (const member of members) {
    fill(member, { now, options });
    put(
      member,
      remotes.filter((remote) => remote.member !== member).map(({ secret }) => secret),
    );
  }
  for (const { istiod } of members) istiod.start();
  fillSigner(signer, members, { root, now, age: ageOf(options) });
  const certManager = createCertManager({ clock, store: signer.api.store });
  const nodes = options.probed === true ? members.flatMap((member) => startNode(member, members, clock)) : [];
  return {
    clock,
    network: createLabNetwork(clusters.map(({ name, gateway }) => ({ cluster: name, address: gateway.address }))),
    members,
    signer,
    root,
    certManager,
    member(name) {
      const found = members.find((member) => member.name === name);
      if (found === undefined) throw new Error(`The mesh has no cluster ${name}`);
      return found;
    },
    configYaml: (wanted) => configYaml(members, wanted),
    kubeconfigs: () => kubeconfigs(members),
    mergedKubeconfig: () => mergedKubeconfig(members),
    writeKubeconfigs: (dir) => writeKubeconfigs(members, dir),
    async stop() {
      for (const one of nodes) one.stop();
      certManager.close();
      for (const { istiod } of members) istiod.stop();
      await Promise.all(members.map(({ api }) => api.stop()));
    },
  };
}

function ageOf({ intermediatesAge }: MeshOptions): number {
  return intermediatesAge ?? 20 * DAY_MS;
}

function versionOf({ gitVersion }: MeshOptions): string {
  return gitVersion ?? KUBERNETES_VERSION;
}

interface MemberOptions extends MeshOptions {
  readonly remote: (id: string) => Reviewer | undefined;
}

async function startMember(cluster: MeshCluster, root: Authority, options: MemberOptions): Promise<MeshMember> {
  const { clock, remote } = options;
  const skew = { ms: 0 };
  const ownClock = { ...clock, now: () => clock.now() + skew.ms };
  const probed = options.probed === true;
  const sans = probed ? [cluster.gateway.address] : [];
  const api = await startLabCluster({ name: cluster.name, clock: ownClock, gitVersion: versionOf(options), sans });
  const shape = intermediateOf(cluster.name);
  const token = readerToken();
  api.addUser(READER_USER, { token, groups: READER_GROUPS });
  const overlays = createOverlays(api.store);
  const istiod = createIstiods({
    api,
    clock,
    cluster: cluster.name,
    namespace: ISTIO_NAMESPACE,
    podNetwork: `${cluster.podNetwork}.0`,
    remote,
    handsOff: (kind, namespace, name) => overlays.covers(kind, namespace, name),
  });
  return {
    ...cluster,
    api,
    server: probed ? `https://${cluster.gateway.address}:${API_PORT}` : api.url,
    skew,
    overlays,
    istiod,
    signing: root.issueIntermediate({ commonName: shape.name, ...lifeOf(shape, clock.now() - ageOf(options)) }),
    readerToken: token,
    productToken: remember(api.addUser(PRODUCT_USER, { groups: PRODUCT_GROUPS })),
  };
}

interface Filling {
  readonly root: Authority;
  readonly now: number;
}

function fill(member: MeshMember, { now, options }: { readonly now: number; readonly options: MeshOptions }): void {
  const { api, podNetwork } = member;
  put(member, [
    ...istioDefinitions(),
    ...(member.roles.includes('signer') ? certManagerDefinitions() : []),
    ...namespaces(member),
    ...productRights(member),
  ]);
  const { istioVersion, multiRoot, istiodReplicas, probed = false } = options;
  // As meshwarden left it: whoever else wrote it would have to be asked first.
  api.store.put(cacerts(member.signing), { manager: 'meshwarden' });
  put(member, [
    node(podNetwork, versionOf(options)),
    ...controlPlane(now, `${podNetwork}.0`, {
      cluster: member.name,
      ...(istioVersion === undefined ? {} : { version: istioVersion }),
      ...(multiRoot === undefined ? {} : { multiRoot }),
      ...(istiodReplicas === undefined ? {} : { replicas: istiodReplicas }),
    }),
    ...eastWestGateway(member, now),
    crossNetworkGateway(),
    ...(probed && runsHttpbin(member) ? httpbin(member, now) : []),
    ...reader(member.readerToken, api.caPem),
  ]);
}

/** How the other clusters reach a member. */
function remoteApi({ name, server, api, readerToken }: MeshMember): RemoteApi {
  return { name, server, caPem: api.caPem, token: readerToken };
}

function fillSigner(signer: MeshMember, members: readonly MeshMember[], { root, now, age }: Filling & { readonly age: number }): void {
  const rootLife = lifeOf(ROOT, now - 30 * DAY_MS);
  put(signer, [
    ...certManagerWorkloads(now, `${signer.podNetwork}.1`),
    selfSignedIssuer(rootLife.notBefore),
    certificate(ROOT, rootLife, 1),
    certificateSecret(ROOT, root, root.certificatePem),
    caIssuer(rootLife.notBefore),
    ...members.flatMap(({ name, signing }) => {
      const shape = intermediateOf(name);
      return [certificate(shape, lifeOf(shape, now - age), 1), certificateSecret(shape, signing, signing.rootPem)];
    }),
  ]);
}

/** What runs on the one node of a cluster beside istiod. */
function startNode(member: MeshMember, members: readonly MeshMember[], clock: LabClock): readonly { stop(): void }[] {
  const { api, skew, overlays, podNetwork } = member;
  put(
    member,
    canary(
      member.name,
      members.map(({ name }) => name),
    ),
  );
  const deployments = startDeployments({
    api,
    clock,
    namespace: CANARY_NAMESPACE,
    podNetwork: `${podNetwork}.2`,
    handsOff: (kind, namespace, name) => overlays.covers(kind, namespace, name),
  });
  return [startNodeLeases(api, clock, skew), deployments];
}

function put({ api }: MeshMember, objects: readonly KubeObject[]): void {
  for (const object of objects) api.store.put(object);
}
