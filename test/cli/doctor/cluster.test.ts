import { describe, expect, it } from 'vitest';
import { judgeCluster, judgeClock } from '../../../src/cli/doctor/cluster.ts';
import type { Finding } from '../../../src/cli/doctor/result.ts';
import { rulesFor } from '../../../src/cli/doctor/rights.ts';
import { DAY, HOUR } from '../../../src/core/duration.ts';
import type { ClusterConfig } from '../../../src/config/config.ts';
import type { AuthorityNames, ClusterSetup, InsideFacts, KubeconfigFacts } from '../../../src/mesh/setup.ts';
import { CLUSTER, CONFIG, INSIDE, KUBECONFIG, NOW, seen, unseen } from './setups.ts';

const [A, B] = CONFIG.clusters as readonly [ClusterConfig, ClusterConfig];

function judge(setup: ClusterSetup, sameAs: readonly string[] = []): readonly Finding[] {
  return judgeCluster(setup, { cluster: B, config: CONFIG, now: NOW, sameAs });
}

/** Everything that is not simply well. */
function told(setup: ClusterSetup, sameAs: readonly string[] = []): readonly Finding[] {
  return judge(setup, sameAs).filter(({ state }) => state !== 'ok');
}

function within(changes: Partial<InsideFacts>): ClusterSetup {
  return { ...CLUSTER, inside: { ...INSIDE, ...changes } };
}

function through(changes: Partial<KubeconfigFacts>): ClusterSetup {
  return { ...CLUSTER, kubeconfig: seen({ ...KUBECONFIG, ...changes }) };
}

describe('a cluster', () => {
  it('that is well says so, line by line', () => {
    expect(judge(CLUSTER).map(({ check, state, text }) => [check, state, text])).toEqual([
      ['cluster-kubeconfig', 'ok', 'kubeconfig · https://100.64.0.1:6443'],
      ['cluster-credentials-end', 'ok', 'token ends in 90 days'],
      ['cluster-reachable', 'ok', 'answers in 12 ms, and its certificate is right'],
      ['cluster-version', 'ok', 'Kubernetes v1.36.2+k3s1'],
      ['cluster-clock', 'ok', 'its clock and ours agree'],
      ['cluster-user', 'ok', 'we are system:serviceaccount:meshwarden:meshwarden'],
      ['cluster-rights', 'ok', 'all rights that are needed are there'],
      ['cluster-write-rights', 'ok', 'all rights to change the authority are there'],
      ['cluster-too-many-rights', 'ok', 'no right to everything'],
      ['cluster-istio', 'ok', 'namespace istio-system is there'],
      ['cluster-name', 'ok', 'istiod calls it b too'],
      ['cluster-canary', 'ok', 'the canary in mesh-canary answers for this cluster, and may be asked how it reaches the others'],
    ]);
  });

  it('whose kubeconfig cannot be used is not tried further', () => {
    const kubeconfig = unseen('The kubeconfig cannot be used (cluster b, /kube/b): there is no such file', 'Put it there.');
    expect(judge({ kubeconfig, api: undefined, inside: undefined })).toEqual([
      {
        check: 'cluster-kubeconfig',
        state: 'failed',
        text: 'The kubeconfig cannot be used (cluster b, /kube/b): there is no such file',
        next: 'Put it there.',
      },
      { check: 'cluster-reachable', state: 'untried', text: 'nothing else tried: the kubeconfig cannot be used' },
    ]);
  });

  it('that does not answer says why, and what was not tried', () => {
    expect(
      told({ ...CLUSTER, api: unseen('Cannot get /version (cluster b): connection refused', 'Start it.'), inside: undefined }),
    ).toEqual([
      { check: 'cluster-reachable', state: 'failed', text: 'Cannot get /version (cluster b): connection refused', next: 'Start it.' },
      { check: 'cluster-rights', state: 'untried', text: 'rights and contents not tried: the API server does not answer' },
    ]);
  });

  it.each(['https://127.0.0.1:6443', 'https://localhost:6443', 'https://[::1]:6443', 'https://127.0.0.1'])(
    'at %s cannot be reached from elsewhere',
    (server) => {
      expect(told(through({ server }))).toEqual([
        {
          check: 'cluster-loopback',
          state: 'warning',
          text: 'Its address is this very machine: it works here, and neither from a container nor from another machine',
          next: 'Put the tailnet address of the server into the kubeconfig (k3s writes 127.0.0.1), and add it to the certificate: k3s --tls-san.',
        },
      ]);
    },
  );

  it('whose name only begins like loopback is another machine', () => {
    expect(told(through({ server: 'https://localhost.example.org:6443' }))).toEqual([]);
  });

  it('whose token comes from a program gets the recipe of a service account', () => {
    expect(told(through({ execPlugin: 'aws', tokenEnds: undefined }))).toEqual([
      {
        check: 'cluster-exec-plugin',
        state: 'warning',
        text: 'Its token comes from the program aws, which a container does not have',
        next: 'Use the token of a service account: deploy/rbac/reader.yaml makes one, then',
        paste: ['kubectl -n meshwarden create token meshwarden --duration=8760h'],
      },
    ]);
  });

  it('whose certificate is not checked is warned of', () => {
    expect(told(through({ unverified: true })).map(({ check, text }) => [check, text])).toEqual([
      ['cluster-kubeconfig', 'The certificate of the server is not checked'],
    ]);
  });

  it.each([
    [{ certificateEnds: NOW + 29 * DAY }, 'warning', 'The client certificate ends in 29 days'],
    [{ certificateEnds: NOW - HOUR }, 'failed', 'The client certificate expired 1 h ago'],
    [{ tokenEnds: NOW + HOUR }, 'warning', 'The token ends in 1 h'],
    [{ tokenEnds: NOW }, 'failed', 'The token expired now'],
  ] as const)('with credentials that end: %o', (changes, state, text) => {
    expect(told(through(changes)).map((one) => [one.check, one.state, one.text])).toEqual([['cluster-credentials-end', state, text]]);
  });

  it('with a token that does not say when it ends says nothing of it', () => {
    expect(judge(through({ tokenEnds: undefined })).filter(({ check }) => check === 'cluster-credentials-end')).toEqual([]);
  });

  it.each([
    [31, 'Kubernetes v1.x is older than what Istio supports (1.32 to 1.37)'],
    [38, 'Kubernetes v1.x is newer than what was tried (1.32 to 1.37)'],
  ])('of minor version %i', (minor, text) => {
    const api = seen({ gitVersion: 'v1.x', major: 1, minor, latencyMs: 1, clockAheadMs: undefined });
    expect(told({ ...CLUSTER, api }).map((one) => [one.check, one.state, one.text])).toEqual([['cluster-version', 'warning', text]]);
  });

  it('that is another one of the configuration', () => {
    expect(told(CLUSTER, ['a']).map(({ check, state, text }) => [check, state, text])).toEqual([
      ['cluster-distinct', 'failed', 'This is the same cluster as a'],
    ]);
  });

  it('without a canary gets the line that installs it', () => {
    expect(told(within({ canary: seen(null) }))).toEqual([
      {
        check: 'cluster-canary',
        state: 'warning',
        text: 'There is no canary in mesh-canary: of the ways to and from here only connections to gateways are tried, not what is behind them',
        next: 'Install it, with the rights of deploy/rbac/canary-installer.yaml:',
        paste: ['meshwarden canary install --config /etc/meshwarden/meshwarden.yaml'],
      },
    ]);
  });

  it.each([
    [seen({ available: 0, desired: 1 }), 'warning', 'The canary in mesh-canary has no pod that is ready (0 of 1)'],
    [unseen('Cannot get Deployments: forbidden'), 'untried', 'the canary not looked at: Cannot get Deployments: forbidden'],
  ] as const)('with a canary that is not there for sure', (canary, state, text) => {
    expect(told(within({ canary })).map((one) => [one.check, one.state, one.text])).toEqual([['cluster-canary', state, text]]);
  });

  it('with one pod of its canary ready has nothing to mend', () => {
    expect(told(within({ canary: seen({ available: 1, desired: 2 }) }))).toEqual([]);
  });

  it('whose canary may not be asked gets a hint, but where its ways are measured from here', () => {
    const setup = within({
      missingAskerRights: seen([{ group: '', resource: 'pods', verb: 'list', namespace: 'mesh-canary', name: undefined }]),
    });
    const here = { ...CONFIG, probes: { ...CONFIG.probes, vantage: 'b' } };
    const found = [CONFIG, here].map((config) =>
      judgeCluster(setup, { cluster: B, config, now: NOW, sameAs: [] }).find(({ check }) => check === 'cluster-canary'),
    );
    const text = 'the canary in mesh-canary answers for this cluster';
    expect(found).toEqual([
      {
        check: 'cluster-canary',
        state: 'ok',
        text,
        next: 'Nothing, where a worker measures from here. Without one apply deploy/rbac/canary-asker.yaml: the canary is then asked how it reaches the others.',
      },
      { check: 'cluster-canary', state: 'ok', text },
    ]);
  });

  it('that is alone in its mesh needs no canary', () => {
    const setup = within({ canary: seen(null) });
    const config = { ...CONFIG, clusters: [B] };
    expect(judgeCluster(setup, { cluster: B, config, now: NOW, sameAs: [] }).filter(({ check }) => check === 'cluster-canary')).toEqual([]);
  });

  it('that istiod calls otherwise', () => {
    expect(told(within({ istioIds: seen(['Kubernetes']) }))).toEqual([
      {
        check: 'cluster-name',
        state: 'failed',
        text: 'istiod calls this cluster Kubernetes, the configuration b',
        next: "Set clusters[].name to Kubernetes, or Istio's global.multiCluster.clusterName to b.",
      },
    ]);
  });

  it('whose parts may not be looked at says so for each', () => {
    const no = unseen('Cannot do it: 403');
    const blind = { user: no, missingRights: no, missingWriteRights: no, everything: no, uid: no, istioNamespace: no, istioIds: no };
    expect(told(within(blind)).map(({ check, state, text }) => [check, state, text])).toEqual([
      ['cluster-user', 'failed', 'Cannot do it: 403'],
      ['cluster-rights', 'untried', 'rights not looked at: Cannot do it: 403'],
      ['cluster-write-rights', 'untried', 'rights to change the authority not looked at: Cannot do it: 403'],
      ['cluster-too-many-rights', 'untried', 'rights that are not needed not looked at: Cannot do it: 403'],
      ['cluster-istio', 'untried', 'namespace istio-system not looked at: Cannot do it: 403'],
      ['cluster-name', 'untried', 'the cluster ID of istiod not looked at: Cannot do it: 403'],
      ['cluster-distinct', 'untried', 'whether it is another cluster not looked at: Cannot do it: 403'],
    ]);
  });

  it('without Istio', () => {
    expect(told(within({ istioNamespace: seen(false), istioIds: seen([]) })).map(({ check, state }) => [check, state])).toEqual([
      ['cluster-istio', 'failed'],
      ['cluster-name', 'untried'],
    ]);
  });
});

describe('clocks', () => {
  it.each([
    [30_000, 'ok', 'its clock and ours agree'],
    [-30_001, 'warning', 'Its clock is 30 s behind ours'],
    [90_000, 'warning', 'Its clock is 1 min 30 s ahead of ours'],
    [91_000, 'failed', 'Its clock is 1 min 31 s ahead of ours'],
  ])('that differ by %i ms', (ahead, state, text) => {
    expect([judgeClock('cluster-clock', ahead)].map((one) => [one.state, one.text])).toEqual([[state, text]]);
  });
});

describe('rights', () => {
  const secrets = { group: '', resource: 'secrets', namespace: 'istio-system', name: undefined };

  it('that are missing are printed as rules, by namespace', () => {
    const missing = [
      { group: '', resource: 'configmaps', verb: 'get', namespace: undefined, name: 'istio-ca-root-cert' },
      { ...secrets, verb: 'get' },
      { ...secrets, verb: 'list' },
    ];
    expect(rulesFor(missing)).toEqual([
      '# ClusterRole',
      "- apiGroups: ['']",
      '  resources: [configmaps]',
      '  resourceNames: [istio-ca-root-cert]',
      '  verbs: [get]',
      '# Role in namespace istio-system',
      "- apiGroups: ['']",
      '  resources: [secrets]',
      '  verbs: [get, list]',
    ]);
    expect(told(within({ missingRights: seen(missing) })).map(({ text }) => text)).toEqual(['3 rights are missing']);
  });

  it('to everything, and to the key of the root, are more than needed', () => {
    const texts = (changes: Partial<InsideFacts>): readonly string[] => told(within(changes)).map(({ text }) => text);
    expect(texts({ everything: seen(true), rootSecret: seen(true) })).toEqual(['We may do everything here (cluster-admin)']);
    expect(texts({ rootSecret: seen(true) })).toEqual(['We may read the Secret of the root in cert-manager, which holds its key']);
    expect(texts({ rootSecret: seen(false) })).toEqual([]);
  });
});

describe('the signer', () => {
  const names: AuthorityNames = {
    kinds: seen(true),
    issuers: seen(['istio-root-ca']),
    roots: seen(['istio-root']),
    intermediates: seen(['istio-ica-a', 'istio-ica-b']),
  };
  const signing = (changes: Partial<AuthorityNames>): readonly Finding[] =>
    judgeCluster(within({ istioIds: seen(['a']), authority: { ...names, ...changes } }), {
      cluster: A,
      config: CONFIG,
      now: NOW,
      sameAs: [],
    });
  const problems = (changes: Partial<AuthorityNames>): readonly Finding[] => signing(changes).filter(({ state }) => state !== 'ok');

  it('with everything in its place', () => {
    expect(
      signing({})
        .slice(-4)
        .map(({ check, state, text }) => [check, state, text]),
    ).toEqual([
      ['signer-kinds', 'ok', 'cert-manager is installed'],
      ['signer-root', 'ok', 'Certificate istio-root in cert-manager'],
      ['signer-issuer', 'ok', 'ClusterIssuer istio-root-ca'],
      ['signer-intermediates', 'ok', 'Certificate istio-ica-a and istio-ica-b in istio-ca'],
    ]);
  });

  it('with a root of a near name suggests that', () => {
    expect(problems({ roots: seen(['istio-roots']) })).toEqual([
      {
        check: 'signer-root',
        state: 'failed',
        text: 'No Certificate istio-root in cert-manager',
        next: 'Did you mean istio-roots? Correct authority.root: there is istio-roots.',
      },
    ]);
  });

  it('with nothing says that there is nothing', () => {
    expect(problems({ issuers: seen([]) })).toEqual([
      {
        check: 'signer-issuer',
        state: 'failed',
        text: 'No ClusterIssuer istio-root-ca',
        next: 'Create it, or correct authority.issuer in the configuration: there is none at all.',
      },
    ]);
  });

  it('without cert-manager', () => {
    expect(problems({ kinds: seen(false) }).map(({ check, state }) => [check, state])).toEqual([
      ['signer-kinds', 'failed'],
      ['signer-root', 'untried'],
    ]);
  });

  it('that may not be looked at', () => {
    expect(problems({ intermediates: unseen('403') })).toEqual([
      { check: 'signer-intermediates', state: 'untried', text: 'the intermediates not looked at: 403' },
    ]);
    expect(problems({ kinds: unseen('403', 'Grant it.') })).toEqual([
      { check: 'signer-kinds', state: 'failed', text: '403', next: 'Grant it.' },
    ]);
  });
});
