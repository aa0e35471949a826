import { dirname, relative } from 'node:path';
import { parse } from 'yaml';
import type { KubeContext } from '../../config/kubeconfig.ts';
import { chosenClusters, listed, wantsDiscord, type Answers, type ChosenCluster } from './answers.ts';

export interface InitPlan {
  /** The configuration file. */
  readonly text: string;
  /** What the owner should know about it, one sentence each. */
  readonly notes: readonly string[];
}

/** Writes the configuration file `file` (an absolute path) from complete answers. */
export function planInit(contexts: readonly KubeContext[], answers: Answers, file: string): InitPlan {
  const clusters = chosenClusters(contexts, answers);
  const text = [
    '# The configuration of meshwarden. docs/configuration.md tells what every field means.',
    '# `meshwarden doctor` tries everything that is written here.',
    '',
    '# The clusters of the mesh. `name` is the Istio cluster ID.',
    'clusters:',
    ...clusters.flatMap((cluster) => clusterLines(cluster, answers, file)),
    '',
    ...AUTHORITY,
    '',
    ...discordLines(answers),
    '',
    '# Redis queues the jobs. It may not evict keys: maxmemory-policy noeviction.',
    'redis:',
    '  url: redis://127.0.0.1:6379',
    '  # A password comes from a file of its own, or from MESHWARDEN_REDIS_PASSWORD:',
    '  # passwordFile: /run/secrets/redis',
    '',
  ].join('\n');
  return { text, notes: [...clusters.flatMap(clusterNotes), ...gatewayNotes(clusters, answers), ...adminNotes(answers)] };
}

function clusterLines(cluster: ChosenCluster, answers: Answers, file: string): readonly string[] {
  const roles = [
    ...(listed(answers.get('edge')).includes(cluster.name) ? ['edge'] : []),
    ...(answers.get('signer') === cluster.name ? ['signer'] : []),
  ];
  const gateway = answers.get(`gateway:${cluster.name}`) ?? '';
  return [
    `  - name: ${scalar(cluster.cluster)}`,
    `    network: ${scalar(answers.get(`network:${cluster.name}`) ?? cluster.cluster)}`,
    ...(roles.length === 0 ? [] : [`    roles: [${roles.join(', ')}]`]),
    `    kubeconfig: ${scalar(near(cluster.file, dirname(file)))}`,
    `    context: ${scalar(cluster.name)}`,
    gateway === '' ? '    # gateway: { address: 100.64.0.10, port: 15443 }' : `    gateway: { address: ${scalar(gateway)}, port: 15443 }`,
  ];
}

const AUTHORITY = [
  '# Where cert-manager keeps the certificate authority, in the signer cluster. These are the defaults.',
  '# authority:',
  '#   root: { namespace: cert-manager, certificate: istio-root }',
  '#   issuer: istio-root-ca',
  '#   intermediates: { namespace: istio-ca, certificate: "istio-ica-{cluster}" }',
];

function discordLines(answers: Answers): readonly string[] {
  if (!wantsDiscord(answers))
    return ['# Without this section there is no bot.', '# discord:', '#   guild: "…"', '#   channels: { alerts: "…" }'];
  const admin = answers.get('admin') ?? '';
  return [
    'discord:',
    '  # The bot token comes from a file of its own, or from MESHWARDEN_DISCORD_TOKEN:',
    '  # tokenFile: /run/secrets/discord',
    `  guild: ${scalar(answers.get('guild') ?? '')}`,
    `  channels: { alerts: ${scalar(answers.get('alerts') ?? '')} }`,
    '  # Ids of Discord roles and users. An operator may also look, an admin may do everything.',
    '  viewer: { roles: [], users: [] }',
    '  operator: { roles: [], users: [] }',
    `  admins: [${admin === '' ? '' : scalar(admin)}]`,
  ];
}

function clusterNotes({ cluster, name, server, execPlugin }: ChosenCluster): readonly string[] {
  const { hostname } = URL.parse(server) ?? { hostname: '' };
  const isLoopback = /^(?:127\.|localhost$|\[::1\]$)/.test(hostname);
  return [
    ...(isLoopback ? [`The API server of ${cluster} is ${server} in context ${name}: that works on this machine alone.`] : []),
    ...(execPlugin === undefined
      ? []
      : [`The context ${name} gets its credentials from the program ${execPlugin}: it has to be there wherever meshwarden runs.`]),
  ];
}

/** Between networks there is no way around gateways. */
function gatewayNotes(clusters: readonly ChosenCluster[], answers: Answers): readonly string[] {
  const networks = new Set(clusters.map(({ name }) => answers.get(`network:${name}`)));
  if (networks.size < 2) return [];
  const without = clusters.filter(({ name }) => (answers.get(`gateway:${name}`) ?? '') === '').map(({ cluster }) => cluster);
  return without.length === 0 ? [] : [`No gateway is given for ${without.join(', ')}: other networks reach them through one.`];
}

function adminNotes(answers: Answers): readonly string[] {
  return wantsDiscord(answers) && (answers.get('admin') ?? '') === ''
    ? ['Nobody is admin: put your Discord user id into discord.admins.']
    : [];
}

/** A path below the folder of the configuration is written relative to it, so that both can be moved together. */
function near(path: string, folder: string): string {
  const way = relative(folder, path);
  return way.startsWith('..') ? path : `./${way}`;
}

/** Text as a YAML value: in quotes wherever YAML would read something else; a replacement character written out would pass for a broken file. */
function scalar(text: string): string {
  if (/^[A-Za-z./][-A-Za-z0-9._/]*$/.test(text) && parse(text) === text) return text;
  return JSON.stringify(text).replaceAll('\ufffd', '\\ufffd');
}
