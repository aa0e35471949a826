import type { Failure } from '../../core/errors.ts';
import type { Observed } from '../../mesh/model.ts';

/** Everything that is tried, in the order in which it is told. Each has a heading in docs/doctor.md. */
export const CHECKS = [
  'config-loads',
  'config-people',
  'config-schedules',
  'config-file-modes',
  'cluster-kubeconfig',
  'cluster-loopback',
  'cluster-exec-plugin',
  'cluster-credentials-end',
  'cluster-reachable',
  'cluster-version',
  'cluster-clock',
  'cluster-user',
  'cluster-rights',
  'cluster-write-rights',
  'cluster-too-many-rights',
  'cluster-istio',
  'cluster-name',
  'cluster-distinct',
  'cluster-canary',
  'signer-kinds',
  'signer-root',
  'signer-issuer',
  'signer-intermediates',
  'tailscale-socket',
  'tailscale-node',
  'tailscale-key',
  'tailscale-proxy',
  'tailscale-control',
  'probes-vantage',
  'probes-workers',
  'probes-gateways',
  'probes-public',
  'redis-reachable',
  'redis-version',
  'redis-eviction',
  'redis-persistence',
  'redis-role',
  'redis-memory',
  'redis-clock',
  'discord-token',
  'discord-intents',
  'discord-guild',
  'discord-channels',
  'discord-permissions',
  'discord-roles',
  'discord-escalation',
  'discord-people',
  'discord-commands',
  'discord-starts',
  'alerts-webhook',
  'alerts-heartbeat',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** `warning`: it works, and somebody should know all the same. `untried`: something before it failed, or we may not look. */
export type State = 'ok' | 'warning' | 'failed' | 'untried';

/** What one check found. */
export interface DoctorResult {
  /** `configuration`, the name of a cluster, `Tailscale`, `Probes`, `Redis`, `Discord` or `Alerts`. */
  readonly group: string;
  readonly check: CheckName;
  readonly state: State;
  /** What is so, without a full stop. */
  readonly text: string;
  readonly next?: string;
  /** Lines to paste as they are, such as YAML. */
  readonly paste?: readonly string[];
}

export type Finding = Omit<DoctorResult, 'group'>;

export function ok(check: CheckName, text: string): Finding {
  return { check, state: 'ok', text };
}

export function warning(check: CheckName, text: string, next: string, paste?: readonly string[]): Finding {
  return { check, state: 'warning', text, next, ...(paste === undefined ? {} : { paste }) };
}

export function failed(check: CheckName, text: string, next: string | undefined, paste?: readonly string[]): Finding {
  return { check, state: 'failed', text, ...(next === undefined ? {} : { next }), ...(paste === undefined ? {} : { paste }) };
}

export function untried(check: CheckName, text: string): Finding {
  return { check, state: 'untried', text };
}

/** A failure as the finding of a check that failed by it. */
export function failedBy(check: CheckName, { message, next }: Failure): Finding {
  return failed(check, message, next);
}

/** Judges what was seen; what could not be seen is `untried`, with its reason, as another check tells how to mend that. */
export function whenSeen<T>(
  check: CheckName,
  subject: string,
  seen: Observed<T>,
  judge: (value: T) => readonly Finding[],
): readonly Finding[] {
  return seen.ok ? judge(seen.value) : [untried(check, `${subject} not looked at: ${seen.failure.message}`)];
}
