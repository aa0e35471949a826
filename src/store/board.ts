import type { Cluster, Redis } from 'ioredis';
import { throughRedis } from './connection.ts';
import { KEYS } from './keys.ts';

/** A view as it lies on the board. `told`: what whoever showed the one before noted. */
export interface DueView<View> {
  readonly view: View;
  readonly version: number;
  readonly told: readonly string[];
}

/** How changes stand, for whoever shows them: the latest view of each, and which of them was shown last. */
export interface BoardStore<View extends { readonly id: string; readonly at: number }> {
  put(view: View): Promise<void>;
  get(id: string): Promise<View | undefined>;
  /** The latest view of each change, in no order. */
  all(): Promise<readonly View[]>;
  /** Views that were not shown yet. */
  due(): Promise<readonly DueView<View>[]>;
  shown(id: string, version: number, told: readonly string[]): Promise<void>;
}

/** More changes than this are not kept: the oldest goes first. */
const MOST_KEPT = 50;

/** A view that says what the one before said, but for its time, is no news. */
const PUT = `
local before = redis.call('HGET', KEYS[1], ARGV[1])
local version = 0
if before then
  local kept = cjson.decode(before)
  if kept.said == ARGV[2] then return 0 end
  version = kept.version
end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode({version = version + 1, said = ARGV[2], text = ARGV[3], at = tonumber(ARGV[4])}))
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[5]) then
  local oldest, when = nil, nil
  for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
    local at = cjson.decode(redis.call('HGET', KEYS[1], id)).at
    if when == nil or at < when then oldest, when = id, at end
  end
  redis.call('HDEL', KEYS[1], oldest)
  redis.call('HDEL', KEYS[2], oldest)
end
return 1`;

interface Kept {
  readonly version: number;
  readonly text: string;
}

interface Shown {
  readonly version: number;
  readonly told: readonly string[];
}

export function createBoard<View extends { readonly id: string; readonly at: number }>(redis: Redis | Cluster): BoardStore<View> {
  const { boardViews: views, boardShown: shown } = KEYS;
  const read = (text: string): View => JSON.parse((JSON.parse(text) as Kept).text) as View;
  return {
    async put(view) {
      const said = JSON.stringify({ ...view, at: 0 });
      await throughRedis('Cannot keep how a change stands', () =>
        redis.eval(PUT, 2, views, shown, view.id, said, JSON.stringify(view), view.at, MOST_KEPT),
      );
    },
    async get(id) {
      const text = await throughRedis('Cannot read how a change stands', () => redis.hget(views, id));
      return text === null ? undefined : read(text);
    },
    async all() {
      return (await throughRedis('Cannot read how changes stand', () => redis.hvals(views))).map(read);
    },
    async due() {
      const [kept, seen] = await throughRedis('Cannot read how changes stand', () =>
        Promise.all([redis.hgetall(views), redis.hgetall(shown)]),
      );
      return Object.entries(kept).flatMap(([id, text]) => {
        const { version } = JSON.parse(text) as Kept;
        const before = seen[id] === undefined ? undefined : (JSON.parse(seen[id]) as Shown);
        return before !== undefined && before.version >= version ? [] : [{ view: read(text), version, told: before?.told ?? [] }];
      });
    },
    async shown(id, version, told) {
      await throughRedis('Cannot note what was shown', () => redis.hset(shown, id, JSON.stringify({ version, told })));
    },
  };
}
