/** The end of a node key: no message of the daemon announces or names it, so that it has a ladder of its own. */
import { DAY, formatRelative } from '../../core/duration.ts';
import type { Cause } from '../health.ts';
import { utc } from '../wording.ts';
import type { Judgement } from './tailnet.ts';

const TICKET_WITHIN = 14 * DAY;
const PAGE_WITHIN = 2 * DAY;

export interface NodeKey {
  readonly host: string;
  /** In UTC milliseconds; undefined: it does not end. */
  readonly keyExpiry: number | undefined;
  readonly expired: boolean;
}

/** Speaks 14 days before the end as a ticket, from 2 days before it as a page. */
export function judgeKey(key: NodeKey, now: number): Judgement {
  const { host, keyExpiry } = key;
  if (keyExpired(key, now)) return { outcome: 'failing', severity: 'page', cause: expiredCause(key) };
  if (keyExpiry === undefined) return { outcome: 'ok', says: 'the node key does not end' };
  const left = keyExpiry - now;
  if (left >= TICKET_WITHIN) return { outcome: 'ok', says: `the node key ends ${formatRelative(keyExpiry, now)}` };
  return {
    outcome: 'failing',
    severity: left < PAGE_WITHIN ? 'page' : 'ticket',
    cause: {
      code: 'tailnet-key-ends',
      says: `the node key of ${host} ends at ${utc(keyExpiry)}`,
      facts: [`from then on ${host} reaches nobody and nobody reaches it`],
      hint: `Log ${host} in again before that, or disable key expiry for it in the admin console; tagged nodes have none.`,
      commands: ["tailscale status --json | jq '.Self.KeyExpiry'", 'tailscale up --force-reauth'],
    },
  };
}

/** Whether a node key has ended, as the daemon says or by the clock. */
export function keyExpired({ expired, keyExpiry }: NodeKey, now: number): boolean {
  return expired || (keyExpiry !== undefined && keyExpiry <= now);
}

/** The same for the node itself and for the rule about keys. */
export function expiredCause({ host, keyExpiry }: NodeKey): Cause {
  const since = keyExpiry === undefined ? [] : [`it ended at ${utc(keyExpiry)}`];
  return {
    code: 'tailnet-key-expired',
    says: `the node key of ${host} has expired`,
    facts: [...since, 'its daemon runs and still counts as online, but carries nothing'],
    hint: `Log ${host} in again; then disable key expiry for it, or tag it.`,
    commands: ["tailscale status --json | jq '{BackendState, Self: .Self | {Expired, KeyExpiry}}'", 'tailscale up --force-reauth'],
  };
}
