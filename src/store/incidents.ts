import type { Cluster, Redis } from 'ioredis';
import type { Incident } from '../alerts/model.ts';
import { KeptIncident, KeptShown } from './alert-schemas.ts';
import { throughRedis } from './connection.ts';
import { KEYS } from './keys.ts';
import { parseKept } from './parse.ts';

/** An incident, and what was shown of it; absent: nothing. */
export interface KeptIncidentView {
  readonly incident: Incident;
  readonly shown?: KeptShown;
}

export interface IncidentBoard {
  /** Those that are not shown as they are now, the one that has waited longest first. */
  due(limit: number): Promise<readonly KeptIncidentView[]>;
  shown(id: string, shown: KeptShown): Promise<void>;
  /** Undefined where it is not known (any more). */
  get(id: string): Promise<KeptIncidentView | undefined>;
}

/**
 * What was shown is noted for as long as the incident is known. One that changed meanwhile stays due, behind the others; of two who show the same, the
 * one that showed less is not heard.
 */
const SHOWN = `
local text = redis.call('HGET', KEYS[1], ARGV[1])
local left = not text
if left then text = redis.call('HGET', KEYS[3], ARGV[1]) end
local read, incident = pcall(cjson.decode, text or '')
if not read or type(incident) ~= 'table' then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('HDEL', KEYS[4], ARGV[1])
  return 0
end
local kept = redis.call('HGET', KEYS[4], ARGV[1])
local known, before = pcall(cjson.decode, kept or '')
local version = tonumber(ARGV[2])
if known and type(before) == 'table' and (tonumber(before.version) or 0) > version then return 0 end
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3])
if (tonumber(incident.version) or 0) > version then
  local count = (tonumber(redis.call('HGET', KEYS[5], 'count') or '0') or 0) + 1
  redis.call('HSET', KEYS[5], 'count', count)
  redis.call('ZADD', KEYS[2], count, ARGV[1])
  return 1
end
redis.call('ZREM', KEYS[2], ARGV[1])
if left then
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('HDEL', KEYS[4], ARGV[1])
end
return 1`;

const { alertIncidents: open, incidentDue: waiting, incidentLeft: left, incidentShown: seen, alertMeta: meta } = KEYS;

/** What has to be shown of incidents, and what was. */
export function createIncidentBoard(redis: Redis | Cluster): IncidentBoard {
  const read = async (ids: readonly string[]): Promise<readonly KeptIncidentView[]> => {
    if (ids.length === 0) return [];
    const [followed, others, shown] = await throughRedis('Cannot read incidents', () =>
      Promise.all([redis.hmget(open, ...ids), redis.hmget(left, ...ids), redis.hmget(seen, ...ids)]),
    );
    return ids.flatMap((_, at) => dueIncident(followed[at] ?? others[at] ?? null, shown[at] ?? null));
  };
  return {
    async due(limit) {
      const found: KeptIncidentView[] = [];
      // One that cannot be read, such as one of a newer version, must not stand in the way of those behind it.
      for (let from = 0; found.length < limit; from += limit) {
        const ids = await throughRedis('Cannot read incidents', () => redis.zrange(waiting, String(from), String(from + limit - 1)));
        found.push(...(await read(ids)));
        if (ids.length < limit) break;
      }
      return found.slice(0, limit);
    },
    async shown(id, shown) {
      await throughRedis('Cannot note what was shown', () =>
        redis.eval(SHOWN, 5, open, waiting, left, seen, meta, id, shown.version, JSON.stringify(shown)),
      );
    },
    async get(id) {
      return (await read([id]))[0];
    },
  };
}

function dueIncident(text: string | null, seen: string | null): readonly KeptIncidentView[] {
  const incident = parseKept(KeptIncident, text);
  if (incident === undefined) return [];
  const shown = parseKept(KeptShown, seen);
  return [shown === undefined ? { incident } : { incident, shown }];
}
