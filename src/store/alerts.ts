import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { AlertState } from '../alerts/model.ts';
import { KeptHealth, KeptIncident, KeptRest } from './alert-schemas.ts';
import { throughRedis } from './connection.ts';
import { KEYS } from './keys.ts';
import { parseKept } from './parse.ts';
import { createShelf } from './shelf.ts';

/** The state as it was read, with the version that it takes to write it back. */
export interface KeptAlerts {
  readonly state: AlertState;
  readonly version: number;
}

export interface AlertStore {
  load(): Promise<KeptAlerts>;
  /** Writes what changed, and puts incidents that people should see among those that are due, in one step. False where somebody wrote meanwhile. */
  commit(before: KeptAlerts, next: AlertState): Promise<boolean>;
}

const LOAD = `
return {
  redis.call('HGET', KEYS[1], 'version') or '0',
  redis.call('HGET', KEYS[1], 'rest') or '',
  redis.call('HGETALL', KEYS[2]),
  redis.call('HGETALL', KEYS[3]),
}`;

/** So many that ended long ago wait at most to be shown: where there is no bot, nobody ever comes for them. */
const MOST_LEFT = 1_000;

/**
 * Everything or nothing. A version that is already the next one is a second try of a call whose answer was lost. An incident that is dropped before it
 * was shown to its end stays for whoever shows it, as long as there is room.
 */
const COMMIT = `
local have = tonumber(redis.call('HGET', KEYS[1], 'version') or '0') or 0
if have == tonumber(ARGV[2]) then return 1 end
if have ~= tonumber(ARGV[1]) then return 0 end
local at = 4
local function each(size, act)
  local count = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, count do
    act(ARGV[at], ARGV[at + 1])
    at = at + size
  end
end
each(2, function(key, text) redis.call('HSET', KEYS[2], key, text) end)
each(1, function(key) redis.call('HDEL', KEYS[2], key) end)
each(2, function(id, text) redis.call('HSET', KEYS[3], id, text) end)
each(1, function(id)
  local text = redis.call('HGET', KEYS[3], id)
  if text and redis.call('ZSCORE', KEYS[4], id) and redis.call('HLEN', KEYS[5]) < ${MOST_LEFT} then
    redis.call('HSET', KEYS[5], id, text)
  else
    redis.call('ZREM', KEYS[4], id)
    redis.call('HDEL', KEYS[6], id)
  end
  redis.call('HDEL', KEYS[3], id)
end)
local count = (tonumber(redis.call('HGET', KEYS[1], 'count') or '0') or 0) + 1
each(1, function(id) redis.call('ZADD', KEYS[4], 'NX', count, id) end)
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'rest', ARGV[3]) end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'count', count)
return 1`;

const KEYS_OF_COMMIT = [
  KEYS.alertMeta,
  KEYS.alertSubjects,
  KEYS.alertIncidents,
  KEYS.incidentDue,
  KEYS.incidentLeft,
  KEYS.incidentShown,
] as const;

/**
 * The state of alerts. Each subject and each incident lies there by itself, and only what changed is written. A content that cannot be read counts as
 * nothing remembered: measurements fill it again.
 */
export function createAlertStore(redis: Redis | Cluster, now: () => number): AlertStore {
  const subjects = createShelf(KeptHealth);
  const incidents = createShelf(KeptIncident);
  /** States whose beginning and the like nobody has written yet. */
  const begun = new WeakSet<AlertState>();
  return {
    async load() {
      const loaded = await throughRedis('Cannot read how alerts stand', () =>
        redis.eval(LOAD, 3, KEYS.alertMeta, KEYS.alertSubjects, KEYS.alertIncidents),
      );
      const [version, rest, health, open] = loaded as readonly [string, string, readonly string[], readonly string[]];
      const kept = parseKept(KeptRest, rest);
      const { silences, windows, begunAt } = kept ?? { silences: [], windows: [], begunAt: now() };
      const state = { subjects: subjects.read(health), incidents: incidents.read(open), silences, windows, begunAt };
      if (kept === undefined) begun.add(state);
      return { version: Number(version) || 0, state };
    },
    async commit(before, next) {
      if (next === before.state) return true;
      const [health, told] = [
        subjects.changes(before.state.subjects, next.subjects),
        incidents.changes(before.state.incidents, next.incidents),
      ];
      const changes = [restOf(before.state, next, begun.has(before.state)), ...health.args, ...told.args, ...dueIn(before.state, next)];
      const version = versionAfter(before, changes);
      const done = await throughRedis('Cannot keep how alerts stand', () =>
        redis.eval(COMMIT, KEYS_OF_COMMIT.length, ...KEYS_OF_COMMIT, before.version, version, ...changes),
      );
      if (done !== 1) return false;
      health.written();
      told.written();
      return true;
    },
  };
}

/** What is neither about one subject nor an incident; empty where it is as it lies there. `unkept`: nobody has written it yet. */
function restOf(before: AlertState, { silences, windows, begunAt }: AlertState, unkept: boolean): string {
  const isAsBefore = before.silences === silences && before.windows === windows && before.begunAt === begunAt;
  return isAsBefore && !unkept ? '' : JSON.stringify({ silences, windows, begunAt } satisfies KeptRest);
}

/** Incidents that people should see anew, with how many there are before them. */
function dueIn(before: AlertState, next: AlertState): readonly string[] {
  const due = Object.values(next.incidents).filter(
    ({ id, version, announcedAt }) => announcedAt !== undefined && version > (before.incidents[id]?.version ?? 0),
  );
  return [String(due.length), ...due.map(({ id }) => id)];
}

/** 48 bits, so that a number holds it and Lua reads it exactly. */
const VERSION_DIGITS = 12;

/**
 * Made of the version before and of what changes: after a restart that lost the last writes, or in a Redis that was emptied, no other content has the
 * version that somebody still remembers.
 */
function versionAfter({ version }: KeptAlerts, changes: readonly string[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([version, ...changes]))
    .digest('hex');
  return Number.parseInt(digest.slice(0, VERSION_DIGITS), 16);
}
