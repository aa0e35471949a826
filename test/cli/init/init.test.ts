import { describe, expect, test } from 'vitest';
import { initCommand } from '../../../src/cli/commands/init.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { testIo, type TestIo } from './io.ts';

const TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs';
const GUILD = '123456789012345678';
const ALERTS = '123456789012345679';
const ADMIN = '123456789012345680';

const KUBECONFIG = `
contexts:
  - { name: cluster-a, context: { cluster: a, user: a } }
  - { name: "admin@Cluster_B", context: { cluster: b, user: b } }
  - { name: other, context: { cluster: b, user: a } }
clusters:
  - { name: a, cluster: { server: "https://127.0.0.1:6443" } }
  - { name: b, cluster: { server: "https://100.64.0.20:6443" } }
users:
  - { name: a, user: { token: hunter2 } }
  - { name: b, user: { exec: { command: aws } } }
`;
const FILES = { '/home/lena/.kube/config': KUBECONFIG };

const WRITTEN = `# The configuration of meshwarden. docs/configuration.md tells what every field means.
# \`meshwarden doctor\` tries everything that is written here.

# The clusters of the mesh. \`name\` is the Istio cluster ID.
clusters:
  - name: cluster-a
    network: network-a
    roles: [edge, signer]
    kubeconfig: /home/lena/.kube/config
    context: cluster-a
    gateway: { address: "100.64.0.10", port: 15443 }
  - name: admin-cluster-b
    network: admin-cluster-b
    kubeconfig: /home/lena/.kube/config
    context: "admin@Cluster_B"
    # gateway: { address: 100.64.0.10, port: 15443 }

# Where cert-manager keeps the certificate authority, in the signer cluster. These are the defaults.
# authority:
#   root: { namespace: cert-manager, certificate: istio-root }
#   issuer: istio-root-ca
#   intermediates: { namespace: istio-ca, certificate: "istio-ica-{cluster}" }

discord:
  # The bot token comes from a file of its own, or from MESHWARDEN_DISCORD_TOKEN:
  # tokenFile: /run/secrets/discord
  guild: "123456789012345678"
  channels: { alerts: "123456789012345679" }
  # Ids of Discord roles and users. An operator may also look, an admin may do everything.
  viewer: { roles: [], users: [] }
  operator: { roles: [], users: [] }
  admins: ["123456789012345680"]

# Redis queues the jobs. It may not evict keys: maxmemory-policy noeviction.
redis:
  url: redis://127.0.0.1:6379
  # A password comes from a file of its own, or from MESHWARDEN_REDIS_PASSWORD:
  # passwordFile: /run/secrets/redis
`;

const INVITE =
  'https://discord.com/oauth2/authorize?client_id=198622483471925248&scope=bot%20applications.commands&permissions=309237763072';

const TOLD = `/srv/meshwarden.yaml is written.
▲ The API server of cluster-a is https://127.0.0.1:6443 in context cluster-a: that works on this machine alone.
▲ The context admin@Cluster_B gets its credentials from the program aws: it has to be there wherever meshwarden runs.
▲ No gateway is given for admin-cluster-b: other networks reach them through one.
Invite the bot: ${INVITE}
Next: meshwarden doctor
`;

const FLAGS =
  '--context cluster-a,admin@Cluster_B --network cluster-a=network-a --gateway cluster-a=100.64.0.10 --signer cluster-a --edge cluster-a'
    .concat(` --guild ${GUILD} --alerts ${ALERTS} --admin ${ADMIN}`)
    .split(' ');

async function run(io: TestIo, flags: readonly string[]): Promise<string> {
  await initCommand(io).parseAsync([...flags], { from: 'user' });
  return io.out();
}

const refusal = (message: string, next?: string): unknown => expect.objectContaining({ message, ...(next === undefined ? {} : { next }) });

describe('src/cli/init', () => {
  test('writes the file from flags, where nobody can be asked', async () => {
    const io = testIo({ files: FILES, environment: { MESHWARDEN_DISCORD_TOKEN: TOKEN } });
    expect(await run(io, FLAGS)).toBe(TOLD);
    expect(io.files.get('/srv/meshwarden.yaml')).toBe(WRITTEN);
  });

  test('asks a person for everything, and again for what cannot be', async () => {
    const typed = 'cluster-x|cluster-a, admin@Cluster_B|network-a|100.64.0.10||bad address!|||cluster-a|cluster-a|maybe|yes|12'
      .split('|')
      .concat(GUILD, ALERTS, ADMIN);
    const io = testIo({ files: FILES, typed, environment: { MESHWARDEN_DISCORD_TOKEN: TOKEN } });
    const contexts = 'Contexts that are clusters of the mesh, with commas (cluster-a, admin@Cluster_B, other): ';
    const gateway = 'Tailnet address of the east-west gateway of admin-cluster-b (empty: none yet): ';
    const signer = 'Context of the signer, where cert-manager keeps the root (cluster-a, admin@Cluster_B): ';
    expect(await run(io, [])).toBe(
      [
        `${contexts}  expected contexts out of cluster-a, admin@Cluster_B, other; did you mean cluster-a\n`,
        `${contexts}Istio network of cluster-a [cluster-a]: `,
        'Tailnet address of the east-west gateway of cluster-a (empty: none yet): ',
        'Istio network of admin-cluster-b [admin-cluster-b]: ',
        `${gateway}  expected an IP address or a host name, without a port\n`,
        `${gateway}${signer}  expected at least one context of cluster-a, admin@Cluster_B\n${signer}`,
        'Contexts where public traffic enters, with commas (empty: none): ',
        'Is there to be a Discord bot? yes or no:   expected yes or no\nIs there to be a Discord bot? yes or no: ',
        'Id of the guild (the Discord server):   expected a Discord id: 17 to 20 digits\nId of the guild (the Discord server): ',
        'Id of the channel for alerts: Your own Discord user id (empty: nobody is admin): ',
        TOLD,
      ].join(''),
    );
    expect(io.files.get('/srv/meshwarden.yaml')).toBe(WRITTEN);
  });

  test('writes nothing where the input ends too early', async () => {
    const io = testIo({ files: FILES, typed: ['cluster-a'] });
    await expect(run(io, [])).rejects.toEqual(refusal('No configuration was written: the input ended'));
    expect([...io.files.keys()]).toEqual(['/home/lena/.kube/config']);
  });

  test('tells all that is missing or wrong at once, where nobody can be asked', async () => {
    const lines = [
      '--signer <context>: expected contexts out of cluster-a, admin@Cluster_B; did you mean cluster-a',
      '--guild <id>: expected a Discord id: 17 to 20 digits',
      '--network clster-a=…: expected a context out of cluster-a, admin@Cluster_B',
      'missing --alerts <id>: Id of the channel for alerts',
    ];
    const flags = [
      '--context',
      'cluster-a',
      '--context',
      'admin@Cluster_B',
      '--signer',
      'cluster-x',
      '--guild',
      '12',
      '--network',
      'clster-a=x',
    ];
    await expect(run(testIo({ files: FILES }), flags)).rejects.toEqual(
      refusal(`No configuration was written: ${lines.map((line) => `\n  ${line}`).join('')}`),
    );
  });

  test('names every flag that is needed, where none is given', async () => {
    const lines = [
      'missing --context <names>: Contexts that are clusters of the mesh, with commas (cluster-a, admin@Cluster_B, other)',
      'missing --signer <context>: Context of the signer, where cert-manager keeps the root (cluster-a, admin@Cluster_B, other)',
      'missing --no-discord, or --guild and --alerts: Is there to be a Discord bot? yes or no',
    ];
    await expect(run(testIo({ files: FILES }), [])).rejects.toEqual(
      refusal(`No configuration was written: ${lines.map((line) => `\n  ${line}`).join('')}`),
    );
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>, string, string | undefined]>([
    [
      'a file that is there already',
      FLAGS,
      { ...FILES, '/srv/meshwarden.yaml': 'mine' },
      'No configuration was written (/srv/meshwarden.yaml): the file is there already',
      'Choose another name with --output, or replace it with --force.',
    ],
    [
      'a folder that is not there',
      [...FLAGS, '--output', '/gone/m.yaml'],
      FILES,
      'Cannot write the configuration (/gone/m.yaml): its folder is not there',
      undefined,
    ],
    [
      'no kubeconfig',
      FLAGS,
      {},
      'Cannot read the kubeconfig (/home/lena/.kube/config): no such file',
      'Name a file with --kubeconfig or in KUBECONFIG.',
    ],
    [
      'a kubeconfig without contexts',
      ['--kubeconfig', 'k'],
      { '/srv/k': 'contexts: []' },
      'Cannot read the kubeconfig (/srv/k): it has no context',
      'Name a file with --kubeconfig or in KUBECONFIG.',
    ],
    [
      'a broken kubeconfig',
      ['--kubeconfig', 'k'],
      { '/srv/k': '"hunter2' },
      'Cannot read the kubeconfig (/srv/k): line 1 is not YAML',
      undefined,
    ],
  ])('refuses %s', async (_, flags, files, message, next) => {
    const io = testIo({ files });
    await expect(run(io, flags)).rejects.toEqual(refusal(message, next));
    expect(Object.fromEntries(io.files)).toEqual(files);
  });

  test('replaces a file with --force, and writes where --output says', async () => {
    const io = testIo({ files: { '/home/lena/.kube/config': KUBECONFIG, '/srv/c/m.yaml': 'mine' } });
    const out = await run(io, [...FLAGS, '--force', '--output', 'c/m.yaml']);
    expect(io.files.get('/srv/c/m.yaml')).toBe(WRITTEN);
    expect(out).toContain('For the invite of the bot, run this again with --application <id> or with MESHWARDEN_DISCORD_TOKEN set.\n');
  });

  test('a single context needs two words', async () => {
    const one = 'contexts: [{ name: k3s, context: { cluster: k } }]\nclusters: [{ name: k, cluster: { server: "https://k" } }]\n';
    const io = testIo({ files: { '/srv/k': one }, environment: { KUBECONFIG: '/nowhere:/srv/k' } });
    expect(await run(io, ['--no-discord'])).toBe('/srv/meshwarden.yaml is written.\nNext: meshwarden doctor\n');
    const loaded = await parseConfig(io.files.get('/srv/meshwarden.yaml') ?? '', '/srv/meshwarden.yaml', 'read', io);
    expect(loaded).toMatchObject({
      kind: 'config',
      config: {
        clusters: [{ name: 'k3s', network: 'k3s', roles: ['signer'], kubeconfig: ['/srv/k'], context: 'k3s' }],
        discord: undefined,
      },
    });
  });

  test('never shows the token', async () => {
    const io = testIo({ files: FILES, environment: { MESHWARDEN_DISCORD_TOKEN: TOKEN } });
    await run(io, FLAGS);
    expect(`${io.out()}${io.files.get('/srv/meshwarden.yaml')}`).not.toMatch(/MTk4|hunter2/);
  });
});
