/** What the sections about measuring and telling are where nobody wrote them. */
import type { Config } from '../../src/config/config.ts';

export const SCHEDULES: Config['schedules'] = {
  'observe-mesh': '* * * * *',
  'check-ca-expiry': '0 * * * *',
  'distribute-cacerts': '*/15 * * * *',
  'advance-changes': '* * * * *',
  'probe-links': '*/3 * * * * *',
  'probe-mesh': '* * * * *',
  'verify-public-path': '*/5 * * * *',
  'audit-schedules': '* * * * *',
};

export const WATCHING: Pick<Config, 'tailscale' | 'probes' | 'alerts'> = {
  tailscale: { socket: undefined, proxy: undefined, control: undefined },
  probes: {
    vantage: undefined,
    connectWithin: 2_000,
    slowAfter: 400,
    skewAfter: 30_000,
    canary: { namespace: 'mesh-canary', service: 'mesh-canary-{cluster}', port: 8080 },
    publicPaths: [],
  },
  alerts: {
    rules: {},
    flapping: { changes: 6, within: 600_000, calmAfter: 600_000 },
    nagAfter: 14_400_000,
    escalation: undefined,
    quiet: undefined,
    fallbackWebhook: undefined,
    heartbeat: undefined,
  },
};
