import { describe, expect, test } from 'vitest';
import { loadFromKubeconfig } from '../../src/config/contexts.ts';
import { clusterNames, configFromKubeconfig } from '../../src/config/from-kubeconfig.ts';
import { readKubeconfig } from '../../src/config/kubeconfig.ts';
import { nodeError, sourcesOf } from './sources.ts';
import { SCHEDULES, WATCHING } from './watching-defaults.ts';

const TEXT = `
apiVersion: v1
kind: Config
current-context: b
contexts:
  - { name: a, context: { cluster: one, user: token } }
  - { name: b, context: { cluster: two, user: plugin } }
  - { name: c, context: { cluster: nowhere } }
  - { name: d, context: { cluster: two } }
clusters:
  - { name: one, cluster: { server: "https://100.64.0.10:6443", certificate-authority-data: AAAA } }
  - { name: two, cluster: { server: "https://127.0.0.1:6443" } }
users:
  - { name: token, user: { token: hunter2 } }
  - { name: plugin, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks] } } }
`;

const A = { name: 'a', file: '/k', server: 'https://100.64.0.10:6443', isCurrent: false, execPlugin: undefined };
const B = { name: 'b', file: '/k', server: 'https://127.0.0.1:6443', isCurrent: true, execPlugin: 'aws' };

describe('src/config/kubeconfig.ts', () => {
  test('gives contexts whose cluster is known, and no credential', () => {
    expect(readKubeconfig(TEXT, '/k')).toEqual([A, B, { ...B, name: 'd', isCurrent: false, execPlugin: undefined }]);
  });

  test('gives none of a kubeconfig that kubectl left empty', () => {
    expect(
      readKubeconfig('apiVersion: v1\nkind: Config\ncontexts: null\nclusters: null\nusers: null\ncurrent-context: ""\n', '/k'),
    ).toEqual([]);
  });

  test.each([
    ['', 'Cannot read the kubeconfig (/k): it is not a mapping'],
    ['hunter2', 'Cannot read the kubeconfig (/k): it is not a mapping'],
    ['contexts: hunter2', 'Cannot read the kubeconfig (/k): contexts is missing or has the wrong form'],
    ['contexts: [{ name: a }]', 'Cannot read the kubeconfig (/k): contexts.0.context is missing or has the wrong form'],
    ['a: 1\nb: "hunter2', 'Cannot read the kubeconfig (/k): line 2 is not YAML'],
    ['a: *hunter2', 'Cannot read the kubeconfig (/k): it has an alias without an anchor'],
  ])('refuses %j without repeating it', (text, message) => {
    expect(() => readKubeconfig(text, '/k')).toThrow(expect.objectContaining({ message, reason: 'invalid' }));
  });
});

describe('src/config/from-kubeconfig.ts', () => {
  test('every context is a cluster without a role', () => {
    const cluster = { network: '', roles: [], kubeconfig: ['/k'], gateway: undefined, application: undefined };
    expect(configFromKubeconfig([A, B])).toEqual({
      source: 'kubeconfig',
      file: undefined,
      mesh: { id: 'mesh1', trustDomain: 'cluster.local', istioNamespace: 'istio-system' },
      clusters: [
        { ...cluster, name: 'a', context: 'a' },
        { ...cluster, name: 'b', context: 'b' },
      ],
      authority: {
        root: { namespace: 'cert-manager', certificate: 'istio-root' },
        issuer: 'istio-root-ca',
        intermediates: { namespace: 'istio-ca', certificate: 'istio-ica-{cluster}' },
        rootFingerprint: undefined,
        leafLife: 86_400_000,
        proofWithin: 180_000,
      },
      discord: undefined,
      approvals: { needed: { intermediate: 1, root: 2, emergency: 1 }, key: undefined, totp: new Map() },
      redis: undefined,
      schedules: SCHEDULES,
      ...WATCHING,
      renewal: { overdueAfter: 21_600_000 },
      log: { level: 'info' },
    });
  });

  test('names are labels, and each is there once', () => {
    const names = [
      'cluster-a',
      'admin@Prod',
      'admin/prod',
      '###',
      'arn:aws:eks:eu-central-1:123456789012:cluster/production',
      `gke_project_${'x'.repeat(50)}_prod`,
    ];
    expect(clusterNames(names.map((name) => ({ name })))).toEqual([
      'cluster-a',
      'admin-prod',
      'admin-prod-2',
      'cluster-4',
      'production',
      `${'x'.repeat(45)}-prod`,
    ]);
  });
});

describe('src/config/contexts.ts', () => {
  const OTHER =
    'contexts: [{ name: a, context: { cluster: z } }, { name: z, context: { cluster: z } }]\nclusters: [{ name: z, cluster: { server: "https://z" } }]\n';
  const both = sourcesOf({ '/k': TEXT, '/o': OTHER }, { KUBECONFIG: '/k:/gone:/o' });
  const clustersOf = async (sources: typeof both, kubeconfig?: string, contexts?: readonly string[]): Promise<unknown> =>
    (await loadFromKubeconfig(sources, { kubeconfig, contexts })).clusters.map(({ name, kubeconfig: files }) => [name, ...files]);

  test('takes all contexts of all files, of two with one name the first', async () => {
    expect(await clustersOf(both)).toEqual([
      ['a', '/k'],
      ['b', '/k'],
      ['d', '/k'],
      ['z', '/o'],
    ]);
  });

  test('takes the contexts and the file that are named', async () => {
    expect(await clustersOf(both, undefined, ['z', 'b'])).toEqual([
      ['b', '/k'],
      ['z', '/o'],
    ]);
    expect(await clustersOf(both, '/o', ['a'])).toEqual([['a', '/o']]);
  });

  test.each<[string, typeof both, readonly string[] | undefined, string, string]>([
    ['contexts that are not there', both, ['a', 'zz', 'y'], 'No context is named zz, y: did you mean z', 'Name some of a, b, d, z.'],
    [
      'no file at all',
      sourcesOf({}),
      undefined,
      'Cannot read the kubeconfig (/home/lena/.kube/config): no such file',
      'Name one in KUBECONFIG.',
    ],
    [
      'a list of missing files',
      sourcesOf({}, { KUBECONFIG: '/x:/y' }),
      undefined,
      'Cannot read the kubeconfig (/x, /y): no such file',
      'Name one in KUBECONFIG.',
    ],
    [
      'a file of a list that may not be read',
      sourcesOf({ '/x': nodeError('EACCES'), '/k': TEXT }, { KUBECONFIG: '/x:/k' }),
      undefined,
      'Cannot read the kubeconfig (/x): a file that may not be read',
      'Name one in KUBECONFIG.',
    ],
  ])('refuses %s', async (_, sources, contexts, message, next) => {
    await expect(loadFromKubeconfig(sources, { kubeconfig: undefined, contexts })).rejects.toEqual(
      expect.objectContaining({ message, next, reason: 'invalid' }),
    );
  });

  test('speaks of the flag to whoever has it', async () => {
    await expect(loadFromKubeconfig(both, { kubeconfig: '/gone', contexts: undefined })).rejects.toEqual(
      expect.objectContaining({
        message: 'Cannot read the kubeconfig (/gone): no such file',
        next: 'Name a file with --kubeconfig or in KUBECONFIG.',
      }),
    );
  });
});
