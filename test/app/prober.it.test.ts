import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createLabClock } from '../../lab/clock.ts';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { buildProbedMesh, type ProbedMesh } from '../../lab/gateways/probed-mesh.ts';
import { openMesh } from '../../src/app.ts';
import { openProber } from '../../src/app/open-prober.ts';
import type { ProberOptions } from '../../src/app/prober/parts.ts';
import type { Prober } from '../../src/actions/alerts.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Clock } from '../../src/core/clock.ts';
import { createLogger } from '../../src/core/logger.ts';
import { systemRandom } from '../../src/core/random.ts';
import { subjectKey, type Sample } from '../../src/mesh/health.ts';
import { allowAskingCanaries } from '../k8s/canary-rights.ts';

const { signal } = new AbortController();
let lab: ProbedMesh;
let faults: LabFaults;
let dir: string;
let prober: Prober;
let close: () => Promise<void>;

interface Changes {
  readonly clock?: Clock;
  readonly yaml?: (yaml: string) => string;
  readonly options?: Pick<ProberOptions, 'measuredElsewhere' | 'onlyWays'>;
}

async function proberIn(
  cluster: string,
  { yaml: change = (yaml) => yaml, options = {}, clock = lab.mesh.clock }: Changes = {},
): Promise<{ prober: Prober; close: () => Promise<void> }> {
  const { tailscale = {}, probes } = lab.configOf(cluster);
  const file = join(dir, `config-${cluster}.yaml`);
  await writeFile(file, change(lab.mesh.configYaml({ kubeconfigDir: dir, tailscale, probes: { ...probes, connectWithin: '2s' } })));
  const loaded = await loadConfig({ environment: {}, cwd: dir, readFile: (path) => readFile(path, 'utf8') }, { file, secrets: 'skip' });
  if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded));
  const machine = { clock, random: systemRandom, log: createLogger('silent', { write: () => undefined }), version: '0' };
  const pool = openMesh(loaded.config, machine);
  return {
    prober: openProber({ config: loaded.config, pool, machine, ...options }),
    close: () => pool.close(),
  };
}

/** `rule subject` with what it says: the outcome, and the code where it is not well. */
function told(samples: readonly Sample[]): Record<string, string> {
  return Object.fromEntries(
    samples.map(({ rule, subject, outcome, cause }) => [
      `${rule} ${subjectKey(subject)}`,
      outcome === 'ok' ? 'ok' : `${outcome} ${cause?.code ?? ''}`,
    ]),
  );
}

async function under(fault: string, work: () => Promise<void>): Promise<void> {
  await faults.set(fault, true);
  await lab.settled();
  try {
    await work();
  } finally {
    await faults.set(fault, false);
    await lab.settled();
  }
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mw-p-'));
  lab = await buildProbedMesh({ clock: createLabClock(), dir });
  await lab.mesh.writeKubeconfigs(dir);
  await lab.settled();
  allowAskingCanaries(lab.mesh);
  faults = createFaults(lab.faults());
  ({ prober, close } = await proberIn('cluster-a'));
});

afterAll(async () => {
  await close();
  await lab.stop();
  await rm(dir, { recursive: true });
});

const WELL = {
  'tailnet-node tailnet:cluster-a': 'ok',
  'tailnet-key tailnet:cluster-a': 'ok',
  'tailnet-key tailnet:cluster-b': 'ok',
  'tailnet-control tailnet:cluster-a': 'ok',
  'link-down link:cluster-a>cluster-b': 'ok',
  'link-degraded link:cluster-a>cluster-b': 'ok',
  'gateway-down gateway:cluster-a>cluster-b': 'ok',
  'gateway-trust gateway:cluster-a>cluster-b': 'ok',
  'api-down api:cluster-a': 'ok',
  'api-down api:cluster-b': 'ok',
  'gateway-pods gatewayPods:cluster-a': 'ok',
  'gateway-pods gatewayPods:cluster-b': 'ok',
};

/** What the canary of the other cluster reports, where no worker runs there. */
const REPORTED = {
  'link-down link:cluster-b>cluster-a': 'ok',
  'gateway-down gateway:cluster-b>cluster-a': 'ok',
  'gateway-trust gateway:cluster-b>cluster-a': 'ok',
};

const SLOWLY_WELL = {
  'istiod-serving istiod:cluster-a': 'ok',
  'istiod-serving istiod:cluster-b': 'ok',
  'clock-skew clock:cluster-a': 'ok',
  'clock-skew clock:cluster-b': 'ok',
  'canary-missing canary:cluster-a': 'ok',
  'canary-missing canary:cluster-b': 'ok',
  'remote-api remoteApi:cluster-a>cluster-b': 'ok',
  'version-skew versions': 'ok',
  ...REPORTED,
};

/** What the whole prober says, the same as {@link WELL} but for these. */
async function quickly(): Promise<Record<string, string>> {
  return told(await prober.quick(signal));
}

/** What differs from a healthy mesh. */
function unlike(seen: Record<string, string>, well: Record<string, string> = WELL): Record<string, string> {
  return Object.fromEntries(Object.entries(seen).filter(([key, value]) => well[key] !== value));
}

const GATEWAY = 'gateway-down gateway:cluster-a>cluster-b';
const TRUST = 'gateway-trust gateway:cluster-a>cluster-b';
const LINK = 'link-down link:cluster-a>cluster-b';
const DEGRADED = 'link-degraded link:cluster-a>cluster-b';

describe('src/app/prober', () => {
  it('finds everything well in a healthy mesh', async () => {
    expect(await quickly()).toEqual(WELL);
    expect(told(await prober.slow(signal))).toEqual(SLOWLY_WELL);
    expect(told(await prober.publicPath(signal))).toEqual({ 'public-path publicPath:cluster-a>cluster-b': 'ok' });
  });

  it.each<[string, Record<string, string>]>([
    ['link-cut-cluster-a-cluster-b', { [LINK]: 'failing', [DEGRADED]: 'unknown', [GATEWAY]: 'failing', [TRUST]: 'unknown' }],
    ['link-cut-cluster-b-cluster-a', {}],
    ['link-blocked-cluster-a-cluster-b', { [GATEWAY]: 'failing port-blocked', [TRUST]: 'unknown' }],
    ['link-relayed-cluster-a-cluster-b', { [DEGRADED]: 'failing link-relayed' }],
    ['node-key-ending-cluster-b', { 'tailnet-key tailnet:cluster-b': 'failing' }],
    [
      'node-stopped-cluster-a',
      {
        'tailnet-control tailnet:cluster-a': 'unknown',
        'tailnet-node tailnet:cluster-a': 'failing',
        [LINK]: 'failing',
        [GATEWAY]: 'failing',
        [TRUST]: 'unknown',
      },
    ],
    [
      'gateway-not-ready-cluster-b',
      { 'gateway-pods gatewayPods:cluster-b': 'failing gateway-not-ready', [GATEWAY]: 'failing', [TRUST]: 'unknown' },
    ],
    ['gateway-plaintext-cluster-b', { [GATEWAY]: 'failing', [TRUST]: 'unknown' }],
    ['gateway-foreign-root-cluster-b', { [TRUST]: 'failing foreign-root' }],
    ['gateway-expired-leaf-cluster-b', { [TRUST]: 'failing leaf-expired' }],
    ['gateway-unhealthy-cluster-b', {}],
    ['canary-without-pods-cluster-b', { [GATEWAY]: 'failing no-healthy-endpoint', [TRUST]: 'unknown' }],
    ['gateway-endpoint-down-cluster-b', { [GATEWAY]: 'failing', [TRUST]: 'unknown' }],
    [
      'api-stopped-cluster-b',
      { 'api-down api:cluster-b': 'failing api-unreachable', 'gateway-pods gatewayPods:cluster-b': 'unknown gateway-pods-unseen' },
    ],
  ])('tells what %s does, and nothing more', async (fault, expected) => {
    await under(fault, async () => {
      const seen = unlike(await quickly());
      const shown = Object.fromEntries(
        Object.entries(seen).map(([key, value]) => [
          key,
          expected[key] !== undefined && value.startsWith(expected[key]) ? expected[key] : value,
        ]),
      );
      expect(shown).toEqual(expected);
    });
  });

  it.each<[string, Record<string, string>]>([
    ['remote-secret-missing-cluster-a-cluster-b', { 'remote-api remoteApi:cluster-a>cluster-b': 'failing remote-secret-missing' }],
    ['remote-secret-wrong-ca-cluster-a-cluster-b', { 'remote-api remoteApi:cluster-a>cluster-b': 'failing kubeconfig-ca' }],
    ['reader-token-revoked-cluster-b', { 'remote-api remoteApi:cluster-a>cluster-b': 'failing kubeconfig-token' }],
    ['clock-skew-cluster-b', { 'clock-skew clock:cluster-b': 'failing clock-off' }],
    [
      'link-cut-cluster-b-cluster-a',
      {
        'link-down link:cluster-b>cluster-a': 'unknown canary-timeout',
        'gateway-down gateway:cluster-b>cluster-a': 'failing canary-timeout',
        'gateway-trust gateway:cluster-b>cluster-a': 'unknown canary-timeout',
      },
    ],
  ])('tells once a minute what %s does, and nothing more', async (fault, expected) => {
    await under(fault, async () => {
      const fresh = await proberIn('cluster-a');
      const seen = unlike(told(await fresh.prober.slow(signal)), SLOWLY_WELL);
      await fresh.close();
      expect(seen).toEqual(expected);
    });
  });

  it('measures no way that a worker measures, nor one whose canary is missing', async () => {
    const reported = async (elsewhere: readonly string[] | Error): Promise<readonly string[]> => {
      const measuredElsewhere = () => (elsewhere instanceof Error ? Promise.reject(elsewhere) : Promise.resolve(elsewhere));
      const fresh = await proberIn('cluster-a', { options: { measuredElsewhere } });
      const seen = Object.keys(told(await fresh.prober.slow(signal)));
      await fresh.close();
      return seen.filter((key) => key in REPORTED);
    };
    expect(await reported(['cluster-a'])).toEqual(Object.keys(REPORTED));
    expect(await reported(['cluster-a', 'cluster-b'])).toEqual([]);
    expect(await reported(new Error('nobody knows'))).toEqual([]);
    await under('canary-missing-cluster-b', async () => {
      expect(await reported([])).toEqual([]);
      const fresh = await proberIn('cluster-a');
      const seen = await fresh.prober.slow(signal);
      await fresh.close();
      expect(told(seen)['canary-missing canary:cluster-b']).toBe('failing canary-absent');
    });
  });

  it('follows neither istiod nor a canary into which it may not look', async () => {
    const { store } = lab.mesh.member('cluster-b').api;
    const bindings = ['istio-system', 'mesh-canary'].flatMap((namespace) => store.list('RoleBinding', namespace));
    const given = bindings.filter(({ metadata: { name } }) => name === 'meshwarden-writer' || name === 'meshwarden-canary-asker');
    const before = given.map((binding) => structuredClone(binding));
    for (const binding of before) store.put({ ...binding, subjects: [] });
    const seen = told(await prober.slow(signal));
    for (const binding of before) store.put(binding);
    const unseen = Object.keys({ ...SLOWLY_WELL }).filter((key) => !(key in seen));
    expect([before.length, unlike(seen, SLOWLY_WELL), unseen]).toEqual([
      2,
      {},
      ['istiod-serving istiod:cluster-b', ...Object.keys(REPORTED)],
    ]);
  });

  it('counts no failure while it is held up itself, and says so where that goes on', async () => {
    const { clock } = lab.mesh;
    /** What looks every 100 ms whether timers come in time is called much later. */
    const late: Clock = {
      now: () => clock.now(),
      sleep: clock.sleep.bind(clock),
      after: (ms, run) => clock.after(ms === 100 ? 1_500 : ms, run),
    };
    const fresh = await proberIn('cluster-a', { clock: late });
    await under('link-cut-cluster-a-cluster-b', async () => {
      const links: (string | undefined)[] = [];
      for (let round = 0; round < 3; round += 1) links.push(told(await fresh.prober.quick(signal))[LINK]);
      expect(links).toEqual([undefined, undefined, 'unknown held-up']);
    });
    await fresh.close();
  });

  it('leaves single clusters to the service where it measures only ways', async () => {
    const fresh = await proberIn('cluster-b', { options: { onlyWays: true } });
    const [quick, slow] = [told(await fresh.prober.quick(signal)), told(await fresh.prober.slow(signal))];
    await fresh.close();
    expect([quick, slow]).toEqual([
      {
        'tailnet-node tailnet:cluster-b': 'ok',
        'tailnet-key tailnet:cluster-a': 'ok',
        'tailnet-key tailnet:cluster-b': 'ok',
        'tailnet-control tailnet:cluster-b': 'ok',
        'link-down link:cluster-b>cluster-a': 'ok',
        'link-degraded link:cluster-b>cluster-a': 'ok',
        'gateway-down gateway:cluster-b>cluster-a': 'ok',
        'gateway-trust gateway:cluster-b>cluster-a': 'ok',
      },
      { 'remote-api remoteApi:cluster-b>cluster-a': 'ok' },
    ]);
  });

  it('tells a closed port from a dead link by the API server beside it where no ping can be sent', async () => {
    const withoutPings = (yaml: string): string => {
      const config = parse(yaml) as { tailscale: { socket?: unknown } };
      delete config.tailscale.socket;
      return stringify(config);
    };
    const fresh = await proberIn('cluster-a', { yaml: withoutPings });
    const linkUnder = async (fault: string): Promise<string | undefined> => {
      let link: string | undefined;
      await under(fault, async () => {
        link = told(await fresh.prober.quick(signal))[LINK];
      });
      return link;
    };
    expect([await linkUnder('link-blocked-cluster-a-cluster-b'), await linkUnder('link-cut-cluster-a-cluster-b')]).toEqual([
      'ok',
      'failing link-tcp-silent',
    ]);
    await fresh.close();
  });

  it('asks for a public path from where public traffic enters, and of several to one cluster tells the one that fails', async () => {
    const withOneMore = (yaml: string): string => {
      const config = parse(yaml) as { probes: { publicPaths?: object[] } };
      const paths = lab.configOf('cluster-a').probes?.publicPaths ?? [];
      config.probes.publicPaths = [...paths, ...paths.map((path) => ({ ...path, status: 418 })), ...paths];
      return stringify(config);
    };
    const fresh = await proberIn('cluster-b', { yaml: withOneMore });
    const seen = told(await fresh.prober.publicPath(signal));
    await fresh.close();
    expect(seen).toEqual({ 'public-path publicPath:cluster-a>cluster-b': 'failing public-status' });
  });

  it('tells an endpoint that refuses the gateway from the second look on', async () => {
    await under('gateway-endpoint-down-cluster-b', async () => {
      const fresh = await proberIn('cluster-a');
      const codes: (string | undefined)[] = [];
      for (let look = 0; look < 3; look += 1) codes.push(told(await fresh.prober.quick(signal))[GATEWAY]);
      await fresh.close();
      expect(codes).toEqual(['failing reset', 'failing endpoint-refuses', 'failing endpoint-refuses']);
    });
  });

  it('says beside a gateway that fails what its readiness port says', async () => {
    await under('gateway-endpoint-down-cluster-b', async () => {
      const samples = await prober.quick(signal);
      expect(samples.find(({ rule }) => rule === 'gateway-down')?.cause?.facts.at(-1)).toBe('its readiness port 15021 says: 200 LIVE');
    });
  });

  it('does not take a gateway for dead behind which there is no canary to ask for', async () => {
    await under('canary-missing-cluster-b', async () => {
      const fresh = await proberIn('cluster-a');
      const samples = await fresh.prober.quick(signal);
      await fresh.close();
      expect(samples.find(({ rule }) => rule === 'gateway-down')).toMatchObject({
        outcome: 'ok',
        says: 'takes connections; nothing behind it is asked: no canary is there',
      });
      expect(samples.filter(({ rule }) => rule === 'gateway-trust')).toEqual([]);
    });
  });

  it('misses neither gateway nor canary where the configuration names no gateway', async () => {
    const { store } = lab.mesh.member('cluster-b').api;
    const service = store.list('Service', 'istio-system').find(({ metadata }) => metadata.labels?.['topology.istio.io/network']);
    if (service === undefined) throw new Error('The lab has no gateway');
    const before = structuredClone(service);
    const withoutGateways = (yaml: string): string => {
      const config = parse(yaml) as { clusters: { gateway?: unknown }[] };
      for (const cluster of config.clusters) delete cluster.gateway;
      return stringify(config);
    };
    store.put({ ...before, metadata: { ...before.metadata, labels: {} } });
    await under('canary-missing-cluster-b', async () => {
      const fresh = await proberIn('cluster-a', { yaml: withoutGateways });
      const [quick, slow] = [told(await fresh.prober.quick(signal)), told(await fresh.prober.slow(signal))];
      await fresh.close();
      expect(Object.keys({ ...quick, ...slow }).filter((key) => /gateway|canary|link/.test(key))).toEqual([
        'gateway-pods gatewayPods:cluster-a',
        'canary-missing canary:cluster-a',
      ]);
    });
    store.put(before);
  });

  it('does not take a gateway for dead whose canary was taken away a moment ago', async () => {
    const fresh = await proberIn('cluster-a');
    expect(told(await fresh.prober.quick(signal))).toEqual(WELL);
    await under('canary-missing-cluster-b', async () => {
      expect(told(await fresh.prober.quick(signal))[GATEWAY]).toBe('ok');
    });
    await fresh.close();
  });

  it('tells a way layer by layer, and does not try what rests on a layer that fails', async () => {
    const shown = async (): Promise<readonly string[]> => {
      const layers: string[] = [];
      const all = await prober.layers('cluster-b', ({ title, outcome }) => layers.push(`${title} ${outcome}`), signal);
      expect(all.map(({ title, outcome }) => `${title} ${outcome}`)).toEqual(layers);
      return layers;
    };
    expect(await shown()).toEqual(
      ['Tailscale', 'Ping', 'Packet size', 'TCP', 'TLS', 'Trust', 'Request', 'API server'].map((title) => `${title} ok`),
    );
    await under('link-cut-cluster-a-cluster-b', async () => {
      expect(await shown()).toEqual([
        'Tailscale ok',
        'Ping failing',
        'Packet size unknown',
        'TCP failing',
        'TLS skipped',
        'Trust skipped',
        'Request skipped',
        'API server failing',
      ]);
    });
    const fresh = await proberIn('cluster-a');
    await under('canary-missing-cluster-b', () =>
      under('remote-secret-missing-cluster-a-cluster-b', async () => {
        const all = await fresh.prober.layers('cluster-b', () => undefined, signal);
        expect(all.slice(-4).map(({ title, outcome, says }) => [title, outcome, says])).toEqual([
          ...['TLS', 'Trust', 'Request'].map((title) => [
            title,
            'unknown',
            'no canary is there to be asked for: `meshwarden canary install` puts it there',
          ]),
          ['API server', 'failing', 'cluster-a has no remote secret for cluster-b'],
        ]);
      }),
    );
    await fresh.close();
    await expect(prober.layers('cluster-a', () => undefined, signal)).rejects.toThrow('Nothing leads from cluster-a to cluster-a');
  });
});
