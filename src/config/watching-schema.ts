/** The sections of the configuration that say what is measured, how the tailnet is reached, and who hears of what. */
import { z } from 'zod';
import {
  anyText,
  apiAddress,
  duration,
  hostPort,
  httpAddress,
  label,
  namePattern,
  path,
  port,
  snowflake,
  timeOfDay,
  wholeNumber,
} from './fields.ts';

const AMapping = { error: 'a mapping' };

/** Names of the rules of alerts. A test holds them to the rules themselves. */
export const RULE_NAMES = [
  'self-offline',
  'tailnet-node',
  'tailnet-key',
  'tailnet-control',
  'link-down',
  'link-degraded',
  'api-down',
  'gateway-pods',
  'gateway-down',
  'gateway-trust',
  'remote-api',
  'istiod-serving',
  'public-path',
  'clock-skew',
  'version-skew',
  'canary-missing',
  'schedule-stopped',
  'trial',
] as const;

const severity = z.enum(['page', 'ticket', 'info'], { error: 'page, ticket or info' });
const samples = (meaning: string) => wholeNumber('a number of samples, 1 to 60', 1, 60).optional().describe(meaning);

export const Tailscale = z.strictObject(
  {
    socket: path
      .optional()
      .describe(
        "Unix socket of tailscaled's LocalAPI, such as `/var/run/tailscale/tailscaled.sock`. Without it links are judged by TCP and TLS alone.",
      ),
    proxy: hostPort(1055)
      .optional()
      .describe('SOCKS5 proxy of a tailscaled in userspace networking, as `host:port`. Default: the tailnet is reached directly.'),
    control: z
      .strictObject(
        {
          api: apiAddress.prefault('https://api.tailscale.com').describe("Base address of Tailscale's API."),
          tailnet: anyText.default('-').describe('Name of the tailnet; `-` is that of the client.'),
          clientId: anyText.describe('Id of an OAuth client with the scope `devices:core:read`.'),
          clientSecretFile: path
            .optional()
            .describe(
              'File that holds its secret, and nothing else. Or set `MESHWARDEN_TAILSCALE_CLIENT_SECRET` or `MESHWARDEN_TAILSCALE_CLIENT_SECRET_FILE`.',
            ),
        },
        AMapping,
      )
      .optional()
      .describe("Tailscale's control API, which knows of every node whether it is connected and when its key ends."),
  },
  AMapping,
);

const PublicPath = z.strictObject(
  {
    url: httpAddress.describe('What is asked for, as somebody outside would.'),
    cluster: label.describe('The cluster whose service answers.'),
    status: wholeNumber('an HTTP status, 100 to 599', 100, 599).default(200).describe('The status that the answer must have.'),
    address: hostPort(443).optional().describe('Where to connect instead of to the host of the URL, as `host:port`.'),
  },
  AMapping,
);

export const Probes = z.strictObject(
  {
    vantage: label
      .optional()
      .describe('The cluster that this process runs in, so that what it measures counts as measured from there. `--vantage` replaces it.'),
    connectWithin: duration.prefault('2s').describe('How long a connection may take before it counts as failed.'),
    slowAfter: duration.prefault('400ms').describe('A round trip that takes longer makes a link count as degraded.'),
    skewAfter: duration.prefault('30s').describe('A clock that is further off is told of.'),
    canary: z
      .strictObject(
        {
          namespace: label.default('mesh-canary').describe('Its namespace, the same in every cluster.'),
          service: namePattern.default('mesh-canary-{cluster}').describe('Its name: `{cluster}` stands for the name of the cluster.'),
          port: port.default(8080).describe('Its port.'),
        },
        AMapping,
      )
      .prefault({})
      .describe('The service behind each east-west gateway that probes ask for. `meshwarden canary install` puts it there.'),
    publicPaths: z
      .array(PublicPath, { error: 'a list of requests' })
      .default([])
      .describe('Requests that enter at the edge and are answered in another cluster.'),
  },
  AMapping,
);

const Rule = z.strictObject(
  {
    rule: z.enum(RULE_NAMES, { error: `one of ${RULE_NAMES.join(', ')}` }).describe('Which rule.'),
    severity: z
      .enum(['page', 'ticket', 'info', 'off'], { error: 'page, ticket, info or off' })
      .optional()
      .describe('`page` now, `ticket` tomorrow, `info`; `off`: nobody is told.'),
    failures: samples('It fires when so many …'),
    of: samples('… of the last so many samples failed.'),
    recoveries: samples('It is over after so many good samples in a row.'),
    unknownAfter: duration.optional().describe('What could not be measured for so long is told of as such.'),
    remindEvery: duration.optional().describe('Said again in the thread so often while it lasts; `0s`: never.'),
  },
  AMapping,
);

export const Alerts = z.strictObject(
  {
    rules: z
      .array(Rule, { error: 'a list of rules' })
      .default([])
      .describe('Where rules differ from their defaults, which stand in docs/alerts.md.'),
    flapping: z
      .strictObject(
        {
          changes: wholeNumber('a number of changes, 2 to 100', 2, 100).default(6).describe('So many changes …'),
          within: duration.prefault('10m').describe('… within this time make a subject count as flapping.'),
          calmAfter: duration.prefault('10m').describe('It is calm again after so long without a change.'),
        },
        AMapping,
      )
      .prefault({})
      .describe('What changes too often to be told each time.'),
    nagAfter: duration.prefault('4h').describe('Whoever acknowledged is reminded after so long; `0s`: never.'),
    escalation: z
      .strictObject(
        {
          after: duration.prefault('15m').describe('How long nobody may have acknowledged.'),
          role: snowflake.describe('Id of the Discord role that is mentioned then.'),
        },
        AMapping,
      )
      .optional()
      .describe('Whom a page calls that nobody acknowledges.'),
    quietHours: z
      .strictObject(
        {
          from: timeOfDay.describe('When they begin, in UTC.'),
          to: timeOfDay.describe('When they end, in UTC.'),
          severities: z
            .array(severity, { error: 'a list of severities' })
            .default(['ticket', 'info'])
            .describe('What waits until they end.'),
        },
        AMapping,
      )
      .optional()
      .describe('When only what is worth waking up for is posted.'),
    fallbackWebhookFile: path
      .optional()
      .describe(
        'File that holds the address of a Discord webhook, and nothing else: it takes alerts while the bot cannot post. Or set `MESHWARDEN_FALLBACK_WEBHOOK` or `MESHWARDEN_FALLBACK_WEBHOOK_FILE`.',
      ),
    heartbeatFile: path
      .optional()
      .describe(
        'File that holds an address, and nothing else, that is asked for once a minute while all is well with meshwarden itself. Or set `MESHWARDEN_HEARTBEAT_URL` or `MESHWARDEN_HEARTBEAT_URL_FILE`.',
      ),
  },
  AMapping,
);
