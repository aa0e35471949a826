/** The configuration file as it is written. Each field says what it means: the documentation and the editors' schema are made from this. */
import { z } from 'zod';
import {
  anyText,
  apiAddress,
  duration,
  fingerprint,
  host,
  hostPort,
  label,
  labelValue,
  namePattern,
  objectName,
  path,
  port,
  redisUrl,
  schedule,
  snowflake,
  wholeNumber,
} from './fields.ts';
import { Alerts, Probes, Tailscale } from './watching-schema.ts';

const AMapping = { error: 'a mapping' };
const ids = (meaning: string) => z.array(snowflake, { error: 'a list of Discord ids' }).default([]).describe(meaning);

const Mesh = z.strictObject(
  {
    id: label.default('mesh1').describe('Istio mesh ID.'),
    trustDomain: objectName.default('cluster.local').describe('Trust domain of the mesh, the same in every cluster.'),
    istioNamespace: label.default('istio-system').describe('Namespace of Istio, the same in every cluster.'),
  },
  AMapping,
);

const Gateway = z.strictObject(
  {
    address: host.describe('Address of the gateway in the tailnet.'),
    port: port.default(15_443).describe('Port for traffic between networks.'),
  },
  AMapping,
);

const Cluster = z.strictObject(
  {
    name: label.describe('Istio cluster ID.'),
    network: labelValue.describe('Istio network. Clusters of the same network reach each other without gateways.'),
    roles: z
      .array(z.enum(['edge', 'signer'], { error: 'edge or signer' }), { error: 'a list of roles: edge, signer' })
      .default([])
      .describe('`signer`: cert-manager and the mesh root live here, exactly one cluster. `edge`: public traffic enters here.'),
    kubeconfig: path.optional().describe('Kubeconfig file, relative to this file. Default: `KUBECONFIG`, else `~/.kube/config`.'),
    context: anyText.optional().describe("Context of the kubeconfig. Default: the file's current context."),
    gateway: Gateway.optional().describe('Where the other clusters reach its east-west gateway.'),
    application: label.optional().describe('Namespace in which the published trust bundle is compared too, beside that of Istio.'),
  },
  AMapping,
);

const Authority = z.strictObject(
  {
    root: z
      .strictObject(
        {
          namespace: label.default('cert-manager').describe('Its namespace.'),
          certificate: objectName.default('istio-root').describe('Its name.'),
        },
        AMapping,
      )
      .prefault({})
      .describe('The cert-manager Certificate that keeps the root, in the signer cluster.'),
    issuer: objectName.default('istio-root-ca').describe('The `ca` ClusterIssuer that signs intermediates with the root.'),
    intermediates: z
      .strictObject(
        {
          namespace: label.default('istio-ca').describe('Their namespace.'),
          certificate: namePattern.default('istio-ica-{cluster}').describe('Their names: `{cluster}` stands for the name of the cluster.'),
        },
        AMapping,
      )
      .prefault({})
      .describe('The cert-manager Certificates of the intermediates, one per cluster, in the signer cluster.'),
    rootFingerprint: fingerprint.optional().describe('SHA-256 fingerprint that the root must have. Nothing is written before it is set.'),
    leafLife: duration
      .prefault('24h')
      .describe('The longest life of a workload certificate: a root is trusted for that long after the last one was signed under it.'),
    proofWithin: duration
      .prefault('3m')
      .describe('How long istiod may take to serve what was written, before the last good state is put back.'),
  },
  AMapping,
);

const audience = (meaning: string) =>
  z
    .strictObject({ roles: ids('Ids of Discord roles.'), users: ids('Ids of Discord users.') }, AMapping)
    .prefault({})
    .describe(meaning);

const Discord = z.strictObject(
  {
    tokenFile: path
      .optional()
      .describe('File that holds the bot token, and nothing else. Or set `MESHWARDEN_DISCORD_TOKEN` or `MESHWARDEN_DISCORD_TOKEN_FILE`.'),
    guild: snowflake.describe('Id of the guild (the Discord server).'),
    channels: z
      .strictObject(
        {
          alerts: snowflake.describe('Id of the channel for alerts and notices.'),
          audit: snowflake.optional().describe('Id of the channel that records who did what.'),
        },
        AMapping,
      )
      .describe('Channels that the bot writes to.'),
    viewer: audience('Who may look.'),
    operator: audience('Who may also act.'),
    admins: ids('Ids of users who may do everything. Users only: whoever hands out roles in the guild must not become admin of the mesh.'),
    api: apiAddress.prefault('https://discord.com/api').describe("Base address of Discord's API."),
  },
  AMapping,
);

const Redis = z.strictObject(
  {
    url: redisUrl
      .optional()
      .describe(
        'Address of one Redis: `redis://host:port/database`, or `rediss://` for TLS. `REDIS_URL` replaces every address given here.',
      ),
    sentinels: z
      .array(hostPort(26_379), { error: 'a list of host:port' })
      .min(1, { error: 'at least one host:port' })
      .optional()
      .describe('Addresses of Redis Sentinels, as `host:port`.'),
    master: anyText.optional().describe('Name of the master that the Sentinels watch.'),
    cluster: z
      .array(hostPort(6379), { error: 'a list of host:port' })
      .min(1, { error: 'at least one host:port' })
      .optional()
      .describe('Addresses of nodes of a Redis Cluster, as `host:port`.'),
    database: wholeNumber('a database number, 0 or more', 0, 1_000_000)
      .optional()
      .describe('Database number with Sentinels, 0 where it is not given.'),
    tls: z
      .boolean({ error: 'true or false' })
      .optional()
      .describe('TLS to Sentinels, and to Redis behind them or in a Cluster; off where it is not given.'),
    username: anyText.optional().describe('User name, where Redis has users.'),
    passwordFile: path
      .optional()
      .describe('File that holds the password, and nothing else. Or set `MESHWARDEN_REDIS_PASSWORD` or `MESHWARDEN_REDIS_PASSWORD_FILE`.'),
  },
  AMapping,
);

const people = (meaning: string, usual: number) => wholeNumber('a number of people, 1 to 5', 1, 5).default(usual).describe(meaning);

const Approvals = z.strictObject(
  {
    needed: z
      .strictObject(
        {
          intermediate: people('For the rotation of an intermediate, `adopt`, `restore`, `release-hold`.', 1),
          root: people('For the rotation of the root. Set to 1, it begins ten minutes later and can be cancelled until then.', 2),
          emergency: people('For the new key of an intermediate whose key counts as stolen.', 1),
        },
        AMapping,
      )
      .prefault({})
      .describe('How many different people approve a change before it begins.'),
    keyFile: path
      .optional()
      .describe(
        'File that holds a key of at least 32 characters with which approvals are signed. Or set `MESHWARDEN_APPROVAL_KEY` or `MESHWARDEN_APPROVAL_KEY_FILE`. Default: a key made from the bot token.',
      ),
    totp: z
      .array(
        z.strictObject(
          {
            user: snowflake.describe('Id of the Discord user.'),
            secretFile: path.describe('File that holds the secret of their authenticator in base32, and nothing else.'),
          },
          AMapping,
        ),
        { error: 'a list of users with their secretFile' },
      )
      .default([])
      .describe('Who enters a one-time code as second factor. Everybody else approves with `meshwarden approve` on the host.'),
  },
  AMapping,
);

/** The whole file. */
export const FileSchema = z.strictObject(
  {
    mesh: Mesh.prefault({}).describe('The mesh.'),
    clusters: z
      .array(Cluster, { error: 'a list of clusters' })
      .min(1, { error: '1 to 100 clusters' })
      .max(100, { error: '1 to 100 clusters' })
      .describe('The clusters of the mesh, 1 to 100.'),
    authority: Authority.prefault({}).describe('Where the certificate authority of the mesh is kept.'),
    discord: Discord.optional().describe('The bot. Without it there is none; the command line works all the same.'),
    approvals: Approvals.prefault({}).describe('Who has to agree before something is changed.'),
    redis: Redis.optional().describe('Redis, which queues jobs and keeps state. The command line works without.'),
    schedules: z
      .strictObject(
        {
          'observe-mesh': schedule.default('* * * * *').describe('Looks at the whole mesh.'),
          'check-ca-expiry': schedule.default('0 * * * *').describe('Looks for renewals that are overdue or done.'),
          'distribute-cacerts': schedule.default('*/15 * * * *').describe('Brings what cert-manager issued to the clusters.'),
          'advance-changes': schedule.default('* * * * *').describe('Goes on with the rotation that is under way.'),
          'probe-links': schedule.default('*/3 * * * * *').describe('Measures links, gateways and API servers.'),
          'probe-mesh': schedule.default('* * * * *').describe('Measures remote secrets, serving chains, clocks, versions, canaries.'),
          'verify-public-path': schedule.default('*/5 * * * *').describe('Asks the public paths, where there are any.'),
          'audit-schedules': schedule.default('* * * * *').describe('Finds schedules that stopped, and tells the heartbeat.'),
        },
        AMapping,
      )
      .prefault({})
      .describe('When jobs run: cron expressions in UTC, `off` for never.'),
    tailscale: Tailscale.prefault({}).describe('How the tailnet is reached, and what may be asked of Tailscale.'),
    probes: Probes.prefault({}).describe('What is measured.'),
    alerts: Alerts.prefault({}).describe('Who hears of what, and when.'),
    renewal: z
      .strictObject(
        {
          overdueAfter: duration
            .prefault('6h')
            .describe('How long after its renewal time a certificate counts as overdue: `30s`, `15m`, `6h`, `7d`.'),
        },
        AMapping,
      )
      .prefault({})
      .describe('Renewal of certificates.'),
    log: z
      .strictObject(
        {
          level: z
            .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'debug, info, warn, error or silent' })
            .default('info')
            .describe('What is logged: this and everything more serious.'),
        },
        AMapping,
      )
      .prefault({})
      .describe('Logs.'),
  },
  AMapping,
);

/** A file that the schema accepts, with its defaults. */
export type FileConfig = z.output<typeof FileSchema>;
