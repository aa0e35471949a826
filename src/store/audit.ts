import type { Cluster, Redis } from 'ioredis';
import { throughRedis } from './connection.ts';
import { KEYS } from './keys.ts';

/** Older entries are forgotten, some more than this are kept. */
const MOST_KEPT = 10_000;
const FIELD = 'entry';

/** Who did what: a stream that is only added to. */
export interface AuditStore<Entry> {
  add(entry: Entry): Promise<void>;
  /** Newest first. */
  newest(limit: number): Promise<readonly Entry[]>;
}

export function createAudit<Entry>(redis: Redis | Cluster): AuditStore<Entry> {
  return {
    async add(entry) {
      await throughRedis('Cannot record what was done', () =>
        redis.xadd(KEYS.audit, 'MAXLEN', '~', MOST_KEPT, '*', FIELD, JSON.stringify(entry)),
      );
    },
    async newest(limit) {
      const entries = await throughRedis('Cannot read what was done', () => redis.xrevrange(KEYS.audit, '+', '-', 'COUNT', limit));
      return entries.flatMap(([, fields]) => {
        const text = fields[fields.indexOf(FIELD) + 1];
        return text === undefined ? [] : [JSON.parse(text) as Entry];
      });
    },
  };
}
