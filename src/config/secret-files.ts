import { z } from 'zod';
import { readDocument } from './document.ts';
import { absolute, folderOf } from './paths.ts';
import { variable, type ConfigSources } from './sources.ts';

const mapping = z.record(z.string(), z.unknown()).optional().catch(undefined);
const Loose = z
  .object({
    discord: mapping,
    redis: mapping,
    approvals: mapping,
    tailscale: z.object({ control: mapping }).optional().catch(undefined),
    alerts: mapping,
  })
  .catch({ discord: undefined, redis: undefined, approvals: undefined, tailscale: undefined, alerts: undefined });
const Totp = z.array(z.object({ secretFile: z.string() })).catch([]);

/** The files that the secrets of a configuration file come from, as absolute paths. @throws what reading the file throws. */
export async function secretFiles(file: string, sources: ConfigSources): Promise<readonly string[]> {
  const { discord, redis, approvals, tailscale, alerts } = Loose.parse(readDocument(await sources.readFile(file)).value);
  const places = [
    { named: 'MESHWARDEN_DISCORD_TOKEN_FILE', value: 'MESHWARDEN_DISCORD_TOKEN', written: discord?.['tokenFile'] },
    { named: 'MESHWARDEN_REDIS_PASSWORD_FILE', value: 'MESHWARDEN_REDIS_PASSWORD', written: redis?.['passwordFile'] },
    { named: 'MESHWARDEN_APPROVAL_KEY_FILE', value: 'MESHWARDEN_APPROVAL_KEY', written: approvals?.['keyFile'] },
    {
      named: 'MESHWARDEN_TAILSCALE_CLIENT_SECRET_FILE',
      value: 'MESHWARDEN_TAILSCALE_CLIENT_SECRET',
      written: tailscale?.control?.['clientSecretFile'],
    },
    { named: 'MESHWARDEN_FALLBACK_WEBHOOK_FILE', value: 'MESHWARDEN_FALLBACK_WEBHOOK', written: alerts?.['fallbackWebhookFile'] },
    { named: 'MESHWARDEN_HEARTBEAT_URL_FILE', value: 'MESHWARDEN_HEARTBEAT_URL', written: alerts?.['heartbeatFile'] },
  ] as const;
  const totp = Totp.parse(approvals?.['totp']).map(({ secretFile }) => absolute(secretFile, folderOf(file), sources));
  const single = places.flatMap(({ named, value, written }) => {
    const path = variable(sources.environment, named);
    if (path !== undefined) return [absolute(path, sources.cwd, sources)];
    if (variable(sources.environment, value) !== undefined || typeof written !== 'string') return [];
    return [absolute(written, folderOf(file), sources)];
  });
  return [...single, ...totp];
}
