import { z } from 'zod';
import type { Secret } from '../core/secret.ts';
import type { AlertsConfig, ProbesConfig, TailscaleConfig } from './config.ts';
import type { ConfigDocument } from './document.ts';
import type { ConfigFault } from './fault.ts';
import { absolute, folderOf } from './paths.ts';
import type { FileConfig } from './schema.ts';
import { inVariable, readSecret } from './secrets.ts';
import { variable, type ConfigSources, type Variable } from './sources.ts';

/** Secrets of what is watched and told. */
export interface WatchingSecrets {
  readonly tailscaleClientSecret: Secret | undefined;
  readonly fallbackWebhook: Secret | undefined;
  readonly heartbeat: Secret | undefined;
  readonly faults: readonly ConfigFault[];
}

export const NO_WATCHING_SECRETS: WatchingSecrets = {
  tailscaleClientSecret: undefined,
  fallbackWebhook: undefined,
  heartbeat: undefined,
  faults: [],
};

const file = z.string().optional().catch(undefined);
const Loose = z
  .object({
    tailscale: z
      .object({ control: z.object({ clientSecretFile: file }).optional().catch(undefined) })
      .optional()
      .catch(undefined),
    alerts: z.object({ fallbackWebhookFile: file, heartbeatFile: file }).optional().catch(undefined),
  })
  .catch({ tailscale: undefined, alerts: undefined });

interface Wanted {
  readonly place: readonly string[];
  readonly path: string | undefined;
  readonly value: Variable;
  readonly file: Variable;
}

/** Reads them even where the file has faults elsewhere. */
export async function readWatchingSecrets(document: ConfigDocument, path: string, sources: ConfigSources): Promise<WatchingSecrets> {
  const { tailscale, alerts } = Loose.parse(document.value);
  const folder = folderOf(path);
  const read = ({ place, path: written, ...variables }: Wanted) =>
    readSecret(
      {
        ...variables,
        written: written === undefined || written === '' ? undefined : { path: written, folder, place: document.place([...place]) },
      },
      sources,
    );
  const control = tailscale?.control;
  const secret = await read({
    place: ['tailscale', 'control', 'clientSecretFile'],
    path: control?.clientSecretFile,
    value: 'MESHWARDEN_TAILSCALE_CLIENT_SECRET',
    file: 'MESHWARDEN_TAILSCALE_CLIENT_SECRET_FILE',
  });
  const webhook: Wanted = {
    place: ['alerts', 'fallbackWebhookFile'],
    path: alerts?.fallbackWebhookFile,
    value: 'MESHWARDEN_FALLBACK_WEBHOOK',
    file: 'MESHWARDEN_FALLBACK_WEBHOOK_FILE',
  };
  const heartbeat: Wanted = {
    place: ['alerts', 'heartbeatFile'],
    path: alerts?.heartbeatFile,
    value: 'MESHWARDEN_HEARTBEAT_URL',
    file: 'MESHWARDEN_HEARTBEAT_URL_FILE',
  };
  const [hook, beat] = [await read(webhook), await read(heartbeat)];
  return {
    tailscaleClientSecret: secret.secret,
    fallbackWebhook: hook.secret,
    heartbeat: beat.secret,
    faults: [
      ...secret.faults,
      ...missing(document, control, secret.secret ?? secret.faults[0]),
      ...hook.faults,
      ...notAnAddress(hook.secret, webhook, document, sources),
      ...beat.faults,
      ...notAnAddress(beat.secret, heartbeat, document, sources),
    ],
  };
}

function missing(document: ConfigDocument, control: object | undefined, secret: unknown): readonly ConfigFault[] {
  if (control === undefined || secret !== undefined) return [];
  const next = 'Name a file in tailscale.control.clientSecretFile, or set MESHWARDEN_TAILSCALE_CLIENT_SECRET or its _FILE.';
  return [{ ...document.place(['tailscale', 'control', 'clientSecretFile']), expected: 'a client secret', found: 'nothing', next }];
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Who knows such an address can post there, so it is told of by its place alone. */
function notAnAddress(secret: Secret | undefined, from: Wanted, document: ConfigDocument, sources: ConfigSources): readonly ConfigFault[] {
  if (secret === undefined) return [];
  const url = URL.parse(secret.reveal());
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))) return [];
  const named = [from.value, from.file].find((name) => variable(sources.environment, name) !== undefined);
  const place = named === undefined ? document.place([...from.place]) : inVariable(named);
  return [{ ...place, expected: 'an https address (http only on this machine)', found: 'a value that is not shown' }];
}

/** How the tailnet is reached, with its path made absolute. */
export function resolveTailscale(
  { socket, proxy, control }: FileConfig['tailscale'],
  path: string,
  { tailscaleClientSecret: clientSecret }: WatchingSecrets,
  sources: ConfigSources,
): TailscaleConfig {
  return {
    socket: socket === undefined ? undefined : absolute(socket, folderOf(path), sources),
    proxy,
    control: control && { api: control.api, tailnet: control.tailnet, clientId: control.clientId, clientSecret },
  };
}

export function resolveProbes({ vantage, publicPaths, ...rest }: FileConfig['probes']): ProbesConfig {
  return { ...rest, vantage, publicPaths: publicPaths.map((one) => ({ ...one, address: one.address })) };
}

export function resolveAlerts(written: FileConfig['alerts'], { fallbackWebhook, heartbeat }: WatchingSecrets): AlertsConfig {
  const { rules, flapping, nagAfter, escalation, quietHours } = written;
  return {
    rules: Object.fromEntries(rules.map(({ rule, ...changes }) => [rule, changes])),
    flapping,
    nagAfter,
    escalation,
    quiet: quietHours && { fromMinute: quietHours.from, toMinute: quietHours.to, severities: quietHours.severities },
    fallbackWebhook,
    heartbeat,
  };
}
