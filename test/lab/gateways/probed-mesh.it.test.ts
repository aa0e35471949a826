import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { SocksClient } from 'socks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createFaults, type LabFaults } from '../../../lab/faults.ts';
import type { ShownChain } from '../../../lab/gateways/chains.ts';
import { buildProbedMesh, type ProbedMesh } from '../../../lab/gateways/probed-mesh.ts';
import { fieldsAt, listAt, textAt } from '../../../lab/kubernetes/object.ts';
import { canaryHost, CANARY } from '../../../lab/scene/canary.ts';
import type { MeshMember } from '../../../lab/scene/member.ts';
import { sliceName } from '../../../lab/scene/workloads.ts';
import { fromBase64 } from '../../../lab/scene/text.ts';
import { LocalForward } from '../../conformance/gateway/forward.ts';
import { createStillClock } from '../still-clock.ts';

const A = 'cluster-a';
const B = 'cluster-b';

describe('a mesh with what probes measure', () => {
  let dir: string;
  let lab: ProbedMesh;
  let faults: LabFaults;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lab-net-'));
    lab = await buildProbedMesh({ clock: createStillClock(), dir });
    faults = createFaults(lab.faults());
  });
  afterAll(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const member = (name: string): MeshMember => lab.mesh.member(name);

  async function get(port: number, path: string, host = '127.0.0.1'): Promise<{ status: number | undefined; body: string }> {
    return new Promise((resolve, reject) => {
      const call = request({ host, port, path, agent: false }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
      });
      call.on('error', reject);
      call.end();
    });
  }

  /** What the canary of one cluster gets from that of another. */
  async function dial(from: string, to: string): Promise<unknown> {
    const answer = await lab.gateways.gateway(from).answer(canaryHost(from), `/dial?host=${canaryHost(to)}&port=8080&request=hostname`);
    return JSON.parse(answer.body);
  }

  async function during<T>(fault: string, look: () => Promise<T>): Promise<T> {
    await faults.set(fault, true);
    await lab.settled();
    try {
      return await look();
    } finally {
      await faults.set(fault, false);
      await lab.settled();
    }
  }

  function podOf(name: string): string | undefined {
    return member(name).api.store.list('Pod', 'mesh-canary')[0]?.metadata.name;
  }

  it('lets each canary reach the other through the gateway', async () => {
    expect(await Promise.all([dial(A, B), dial(B, A)])).toEqual([{ responses: [podOf(B)] }, { responses: [podOf(A)] }]);
  });

  it('says through the port-forward to the canary what it reaches, and which pod it is', async () => {
    const forward = await LocalForward.open(member(B), 'mesh-canary', CANARY, 8080);
    const hostname = await get(forward.port, '/hostname');
    const dialed = await get(forward.port, `/dial?host=${canaryHost(A)}&port=8080&request=hostname&protocol=http&tries=1`);
    await forward.close();

    expect(hostname).toEqual({ status: 200, body: podOf(B) });
    expect(JSON.parse(dialed.body)).toEqual({ responses: [podOf(A)] });
  });

  it('cuts one direction and leaves the other', async () => {
    const seen = await during(`link-cut-${B}-${A}`, async () => ({ cut: lab.mesh.network.way(B, A).cut, dialed: await dial(A, B) }));

    expect(seen).toEqual({ cut: true, dialed: { responses: [podOf(B)] } });
  });

  it.each([
    [`gateway-not-ready-${B}`, /Connection refused/],
    [`cross-network-gateway-missing-${B}`, /Connection refused/],
    [`gateway-foreign-root-${B}`, /CERTIFICATE_VERIFY_FAILED/],
    [`gateway-expired-leaf-${B}`, /CERTIFICATE_VERIFY_FAILED/],
    [`gateway-future-leaf-${B}`, /CERTIFICATE_VERIFY_FAILED/],
    [`gateway-leaf-only-${B}`, /CERTIFICATE_VERIFY_FAILED/],
    [`gateway-own-tls-${B}`, /CERTIFICATE_VERIFY_FAILED/],
    [`gateway-plaintext-${B}`, /connection termination/],
    [`gateway-endpoint-down-${B}`, /connection termination/],
    [`canary-without-pods-${B}`, /no healthy upstream/],
    [`canary-missing-${B}`, /no healthy upstream/],
  ])('%s is felt by those who call, and over when it is taken back', async (fault, says) => {
    const { responses } = (await during(fault, () => dial(A, B))) as { responses: string[] };

    expect(responses).toEqual([expect.stringMatching(says)]);
    expect(await dial(A, B)).toEqual({ responses: [podOf(B)] });
  });

  it('serves on while it drains or fails its health check', async () => {
    const drained = await during(`gateway-draining-${B}`, () => dial(A, B));
    const failing = await during(`gateway-unhealthy-${B}`, async () => ({
      dialed: await dial(A, B),
      ready: await get(lab.gateways.gateway(B).readinessPort.number, '/healthz/ready'),
    }));

    expect(drained).toEqual({ responses: [podOf(B)] });
    expect(failing).toEqual({ dialed: { responses: [podOf(B)] }, ready: { status: 503, body: 'DRAINING\n' } });
  });

  it('takes no connection any more when its last pod ends without serving', async () => {
    const { overlays } = member(B);
    const conditions = { ready: false, serving: false, terminating: true };
    const name = sliceName('istio-eastwestgateway');
    overlays.put('ending', [
      {
        kind: 'EndpointSlice',
        namespace: 'istio-system',
        name,
        change: (slice) => slice && { ...slice, endpoints: listAt(slice, 'endpoints').map((one) => ({ ...fieldsAt(one), conditions })) },
      },
    ]);
    await lab.settled();
    const { responses } = (await dial(A, B)) as { responses: string[] };
    overlays.remove('ending');
    await lab.settled();

    expect(responses).toEqual([expect.stringMatching(/Connection refused/)]);
  });

  it('has no endpoint for pods without a sidecar', async () => {
    const { overlays } = member(B);
    overlays.put('plain', [
      {
        kind: 'Namespace',
        namespace: '',
        name: 'mesh-canary',
        change: (object) => object && { ...object, metadata: { ...object.metadata, labels: {} } },
      },
    ]);
    const { responses } = (await dial(A, B)) as { responses: string[] };
    overlays.remove('plain');

    expect(responses).toEqual(['no healthy upstream']);
    expect(await dial(A, B)).toEqual({ responses: [podOf(B)] });
  });

  it.each<readonly [shown: ShownChain, answer: RegExp]>([
    ['mesh', /^HTTP\/1\.1 200 OK/],
    ['foreign', /^$/],
    ['expired', /^$/],
  ])('answers a client that shows the chain %s as it should', async (shown, answer) => {
    const own = lab.gateways.gateway(A).chains(shown);
    const tls = connect({
      host: '127.0.0.1',
      port: lab.gateways.gateway(B).port.number,
      servername: `outbound_.8080_._.${canaryHost(B)}`,
      ALPNProtocols: ['istio'],
      rejectUnauthorized: false,
      cert: own?.chain.join('') ?? '',
      key: own?.keyPem ?? '',
    });
    // However it is refused: what counts is that nothing is answered.
    tls.on('error', () => undefined);
    tls.once('secureConnect', () => tls.write('GET /hostname HTTP/1.1\r\nHost: canary\r\nConnection: close\r\n\r\n'));
    const chunks: Buffer[] = [];
    tls.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(tls, 'close');

    expect(Buffer.concat(chunks).toString()).toMatch(answer);
  });

  it('answers the public from a service in the other cluster', async () => {
    const { ingress } = lab.gateways;
    const [host = '', port = ''] = ingress?.address.split(':') ?? [];
    const good = await get(Number(port), '/status', host);
    const bad = await during(`gateway-foreign-root-${B}`, () => get(Number(port), '/status', host));

    expect(good).toEqual({ status: 200, body: `${JSON.stringify({ cluster: B, path: '/status' })}\n` });
    expect(bad).toEqual({ status: 503, body: expect.stringContaining('CERTIFICATE_VERIFY_FAILED') });
  });

  it('leads the kubeconfig in a remote secret through the tailnet to an API server that has that name', async () => {
    const secret = member(A).api.store.get('Secret', 'istio-system', `istio-remote-secret-${B}`);
    const kubeconfig: unknown = parse(fromBase64(textAt(secret, 'data', B)));
    const server = new URL(textAt(listAt(kubeconfig, 'clusters')[0], 'cluster', 'server') ?? '');
    const { host, port } = lab.tailnet.proxyOf(A);
    const { socket } = await SocksClient.createConnection({
      command: 'connect',
      proxy: { host, port, type: 5 },
      destination: { host: server.hostname, port: Number(server.port) },
    });
    const tls = connect({ socket, host: server.hostname, ca: member(B).api.caPem });
    const authorized = await new Promise((resolve, reject) => {
      tls.on('secureConnect', () => resolve(tls.authorized));
      tls.on('error', reject);
    });
    tls.destroy();

    expect([server.host, authorized]).toEqual(['100.64.0.20:6443', true]);
  });

  it('tells of each process what its cluster lets it reach', () => {
    const { url, ...rest } = lab.configOf(A).probes?.publicPaths?.[0] ?? { url: '' };

    expect(lab.configOf(A).probes?.vantage).toBe(A);
    expect([url, rest]).toEqual(['http://shop.example/status', { cluster: B, status: 200, address: lab.gateways.ingress?.address }]);
    expect(lab.configOf(B)).toEqual({
      tailscale: { socket: lab.tailnet.socketOf(B), proxy: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
      probes: { vantage: B },
    });
  });

  it('takes every fault of probes back without a trace', async () => {
    const state = (): unknown => ({
      ways: [lab.mesh.network.way(A, B), lab.mesh.network.way(B, A)],
      nodes: lab.mesh.network.nodes,
      gateways: lab.mesh.members.map(({ name }) => ({ ...lab.gateways.gateway(name).knobs })),
      objects: lab.mesh.members.map(({ api, skew }) => ({
        skew: skew.ms,
        objects: ['Deployment', 'Service', 'EndpointSlice', 'Pod', 'Secret'].flatMap((kind) =>
          api.store
            .list(kind)
            .map(({ metadata, data, spec, endpoints }) => ({
              name: `${kind} ${metadata.namespace}/${metadata.name}`,
              data,
              spec,
              endpoints,
            }))
            .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
        ),
      })),
    });
    const own = faults.list().filter(({ group, kind }) => kind === 'toggle' && ['Links', 'Gateways', 'Time'].includes(group));
    const before = state();
    const without: string[] = [];
    for (const { id } of own) {
      await faults.set(id, true);
      await lab.settled();
      if (JSON.stringify(state()) === JSON.stringify(before)) without.push(id);
      await faults.set(id, false);
      await lab.settled();

      expect({ id, state: state() }).toEqual({ id, state: before });
    }

    expect(without).toEqual(['reader-token-revoked-cluster-a', 'reader-token-revoked-cluster-b']);
    expect(own.length).toBeGreaterThan(40);
  });

  it('takes layers of one way off in any order', async () => {
    const { network } = lab.mesh;
    await faults.set(`link-cut-both-${A}-${B}`, true);
    await faults.set(`link-cut-${A}-${B}`, true);
    await faults.set(`link-cut-both-${A}-${B}`, false);
    const still = [network.way(A, B).cut, network.way(B, A).cut];
    await faults.set(`link-cut-${A}-${B}`, false);

    expect([still, [network.way(A, B).cut, network.way(B, A).cut]]).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  it('refuses the token of a remote secret that was revoked', async () => {
    const ask = (): unknown => member(B).api.reviewToken(member(B).readerToken, 'https://kubernetes.default.svc');
    const good = ask();
    const revoked = await during(`reader-token-revoked-${B}`, async () => ask());

    expect([good, revoked]).toEqual([
      { ok: true, user: expect.stringContaining('istio-reader') },
      { ok: false, error: expect.any(String) },
    ]);
    expect(ask()).toEqual(good);
  });
});

describe('time in a mesh with what probes measure', () => {
  it('renews Leases on the clock of the node, and certificates when half of their life is over', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lab-net-'));
    const clock = createStillClock();
    const lab = await buildProbedMesh({ clock, dir });
    const { api, skew } = lab.mesh.member(B);
    const renewed = (): number =>
      Date.parse(textAt(api.store.get('Lease', 'kube-node-lease', 'node-1'), 'spec', 'renewTime') ?? '') - clock.now();
    const { chains } = lab.gateways.gateway(B);
    const first = renewed();
    const leaf = chains('mesh')?.chain[0];
    clock.advance(11 * 3_600_000);
    const later = renewed();
    const same = chains('mesh')?.chain[0];
    skew.ms = 300_000;
    clock.advance(2 * 3_600_000);
    const skewed = renewed();
    const next = chains('mesh')?.chain[0];
    await lab.stop();
    await rm(dir, { recursive: true });

    expect([first, later, skewed]).toEqual([0, 0, 300_000]);
    expect([same === leaf, next === leaf]).toEqual([true, false]);
  });

  it('gives pods to a canary that is put there, and takes them with it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lab-net-'));
    const lab = await buildProbedMesh({ clock: createStillClock(), dir });
    const { store } = lab.mesh.member(B).api;
    const deployment = store.get('Deployment', 'mesh-canary', CANARY);
    const count = (): number[] => [
      store.list('Pod', 'mesh-canary').length,
      listAt(store.get('EndpointSlice', 'mesh-canary', sliceName(`mesh-canary-${B}`)), 'endpoints').length,
    ];
    const before = count();
    store.delete('Deployment', 'mesh-canary', CANARY);
    await Promise.resolve();
    const without = count();
    store.put({ ...deployment, metadata: { namespace: 'mesh-canary', name: CANARY }, status: {} });
    await Promise.resolve();
    const again = count();
    await lab.stop();
    await rm(dir, { recursive: true });

    expect([before, without, again]).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
  });
});
