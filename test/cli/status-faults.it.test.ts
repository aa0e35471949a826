import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startLabCluster } from '../../lab/kubernetes/cluster.ts';
import { PRODUCT_USER } from '../../lab/scene/rbac.ts';
import { labFolder, type LabFolder } from './lab-mesh.ts';
import { run, type Answer } from './terminal.ts';

const DAY_MS = 86_400_000;
const Report = z.object({
  report: z.object({
    problems: z.array(z.object({ finding: z.object({ title: z.string(), facts: z.array(z.string()), hint: z.string() }) })),
  }),
});
let lab: LabFolder;

beforeAll(async () => {
  lab = await labFolder();
});

afterEach(() => lab.faults.reset());
afterAll(() => lab.stop());

/** In a folder without a configuration. */
function bare(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return run(['status', ...argv], { clock: lab.clock, cwd: lab.bare, environment });
}

/** The exit code, and what every problem says: title, facts, what to do next. */
function told({ code, out, err }: Answer): { code: number; problems: unknown; err: string } {
  const { problems } = Report.parse(JSON.parse(out)).report;
  return { code, problems: problems.map(({ finding: { title, facts, hint } }) => [title, ...facts, hint]), err };
}

const all = (): Readonly<Record<string, string>> => ({ KUBECONFIG: join(lab.dir, 'all.yaml') });

describe('meshwarden status refuses', () => {
  it.each<[string, () => Promise<Answer>, () => string]>([
    [
      'to guess where there is neither a configuration nor a kubeconfig',
      () => bare([]),
      () => `Cannot read the kubeconfig (${lab.bare}/.kube/config): no such file\nNext: Name one in KUBECONFIG.\n`,
    ],
    [
      'a kubeconfig that is not where KUBECONFIG says',
      () => bare([], { KUBECONFIG: 'gone.yaml' }),
      () => `Cannot read the kubeconfig (${lab.bare}/gone.yaml): no such file\nNext: Name one in KUBECONFIG.\n`,
    ],
    [
      'a context that is not there',
      () => bare(['--context', 'cluster-c'], all()),
      () => 'No context is named cluster-c: did you mean cluster-a\nNext: Name some of cluster-a, cluster-b.\n',
    ],
    [
      'clusters that are not configured',
      () => bare(['--config', join(lab.dir, 'meshwarden.yaml'), '--cluster', 'cluster-b', 'cluster-c', 'x']),
      () => 'There is no cluster cluster-c, x\nNext: Choose from: cluster-a, cluster-b.\n',
    ],
    [
      'a configuration with three faults, and tells all of them',
      () => {
        const text = lab.config.replace('trustDomain', 'trustDomian').replace('port: 15443', 'port: 154430');
        return bare(['--config', lab.write('three.yaml', text.replace('name: cluster-b', 'name: Cluster_B'))]);
      },
      () => `3 faults in ${lab.bare}/three.yaml
  3:3 mesh.trustDomian: expected one of id, trustDomain, istioNamespace, found an unknown name; did you mean trustDomain
  15:13 clusters[0].gateway.port: expected a port, 1 to 65535, found the number 154430
  17:11 clusters[1].name: expected lower-case letters, digits and dashes, at most 63, found "Cluster_B"
`,
    ],
    [
      'a flag that it does not have',
      () => bare(['--kubeconfig', 'all.yaml']),
      () => "error: unknown option '--kubeconfig'\n(`--help` lists what it takes)\n",
    ],
  ])('%s', async (_, answer, err) => {
    expect(await answer()).toEqual({ code: 2, out: '', err: err() });
  });
});

describe('meshwarden status tells a kubeconfig that does not work:', () => {
  const REFUSES = 'The API server of cluster-b refuses meshwarden';
  const token = (): string => lab.mesh.member('cluster-b').api.kubeconfig(PRODUCT_USER);
  const withoutToken = (credentials: string): string => token().replace(/token: .*/, credentials);
  const plugin = (command: string): string =>
    withoutToken(`exec: { apiVersion: client.authentication.k8s.io/v1, command: "${command}", interactiveMode: Never }`);

  it.each<[string, () => string, readonly string[]]>([
    [
      'its program is not there',
      () => plugin('no-such-plugin'),
      [
        'Cannot get credentials (cluster cluster-b): the kubeconfig gets its token from the program "no-such-plugin", which is not on this machine',
        'Install the program here, or use a service account: its token works without a program.',
      ],
    ],
    [
      'its program fails',
      () => plugin('false'),
      [
        'Cannot get credentials (cluster cluster-b): the program "false" of the kubeconfig failed or gave no credentials',
        "Run it by hand on this machine: false. A service account's token needs no program.",
      ],
    ],
    [
      'its client certificate has expired',
      () => lab.mesh.member('cluster-b').api.certificateKubeconfig(PRODUCT_USER, lab.clock.now() - 2 * DAY_MS),
      [
        'Cannot get /version (cluster cluster-b): 401 Unauthorized; the client certificate in the kubeconfig expired 2 days ago',
        'Write the kubeconfig of this cluster again.',
      ],
    ],
    [
      'its token is wrong',
      () => withoutToken('token: wrong'),
      [
        'Cannot get /version (cluster cluster-b): 401 Unauthorized',
        'The credentials are not valid any more: write the kubeconfig of this cluster again.',
      ],
    ],
  ])('%s', async (_, text, says) => {
    const KUBECONFIG = lab.write('kubeconfig.yaml', text());

    expect(told(await bare(['--json'], { KUBECONFIG }))).toEqual({
      code: 2,
      problems: [[REFUSES, ...says]],
      err: 'No configuration file: looking at cluster-b. `meshwarden init` writes one.\n',
    });
  });

  it('the file of one cluster is not there', async () => {
    const gone = join(lab.bare, 'gone.yaml');
    const config = lab.write('gone-kubeconfig.yaml', lab.config.replace(join(lab.dir, 'cluster-b.yaml'), gone));

    expect(told(await bare(['--json', '--config', config]))).toEqual({
      code: 1,
      problems: [
        [
          'cluster-b cannot be asked: its kubeconfig does not work',
          `The kubeconfig cannot be used (cluster cluster-b, ${gone}): there is no such file`,
          'Correct clusters[].kubeconfig in the configuration, or put the file there.',
        ],
      ],
      err: '',
    });
  });
});

describe('meshwarden status tells a cluster that is not as it should be:', () => {
  const NEXT_API =
    'Is the API server of this machine up? If another one is meant, put its address into the kubeconfig: k3s writes 127.0.0.1 there.';
  const NO_ISTIOD = (cluster: string): readonly string[] => [
    `No istiod in ${cluster}`,
    'No Deployment with the label app=istiod was found.',
    'Install Istio in this cluster, or correct mesh.istioNamespace in the configuration.',
  ];
  const down = (cluster: string): readonly string[] => [
    `The API server of ${cluster} does not answer`,
    `Cannot get /version (cluster ${cluster}): connection refused`,
    NEXT_API,
  ];

  it.each<[string, readonly string[], number, readonly (readonly string[])[]]>([
    ['one API server is down', ['api-stopped-cluster-b'], 1, [down('cluster-b')]],
    ['every API server is down', ['api-stopped-cluster-a', 'api-stopped-cluster-b'], 2, [down('cluster-a'), down('cluster-b')]],
    [
      'the token has expired',
      ['token-expired-cluster-b'],
      1,
      [
        [
          'The API server of cluster-b refuses meshwarden',
          'Cannot get /version (cluster cluster-b): 401 Unauthorized',
          'The credentials are not valid any more: write the kubeconfig of this cluster again.',
        ],
      ],
    ],
    [
      'the definitions of Istio are missing',
      ['istio-definitions-missing-cluster-b'],
      1,
      [
        [
          'The API server of cluster-b knows no Gateways of Istio',
          'There is no group networking.istio.io: the definitions of Istio are not installed, and its objects are gone with them.',
          "Install Istio's definitions (chart base), then apply its objects again.",
        ],
      ],
    ],
    [
      'there is no cert-manager',
      ['cert-manager-absent'],
      1,
      [
        [
          'No cert-manager in cluster-a',
          'Its API server knows no group cert-manager.io: there are no Certificates, and nothing is renewed.',
          'Install cert-manager there, or give the role signer to the cluster that has it.',
        ],
      ],
    ],
    ['there is no Istio', ['istio-absent-cluster-b'], 1, [NO_ISTIOD('cluster-b')]],
    [
      'cacerts holds garbage',
      ['cacerts-garbage-cluster-b'],
      1,
      [
        [
          'cacerts of cluster-b cannot be read',
          'ca-cert.pem: There is no PEM block in it.',
          'Publish the intermediate again from the Secret that cert-manager keeps for it.',
        ],
      ],
    ],
  ])('%s', async (_, faults, code, problems) => {
    for (const fault of faults) await lab.faults.set(fault, true);

    const answer = await run(['status', '--json'], { clock: lab.clock, cwd: lab.dir });

    expect(told(answer)).toEqual({ code, problems, err: '' });
  });

  it('nothing is there but its first namespaces', async () => {
    const empty = await startLabCluster({ name: 'empty', clock: lab.clock });
    const KUBECONFIG = lab.write('empty.yaml', empty.kubeconfig());

    const answer = await bare(['--json'], { KUBECONFIG });
    await empty.stop();

    expect(told(answer)).toEqual({
      code: 1,
      problems: [NO_ISTIOD('empty')],
      err: 'No configuration file: looking at empty. `meshwarden init` writes one.\n',
    });
  });
});
