/** A Redis server that is not the lab's: the demo takes an empty database there, and knows its own again. */
import { Redis } from 'ioredis';

const MARK = 'meshwarden-demo';
const PATIENCE_MS = 3_000;

/** What is in the database was not left by a demo, or it cannot be reached. */
export class DatabaseRefused extends Error {}

/** Marks an empty database as the demo's, and empties one that an earlier demo left. @throws DatabaseRefused */
export async function takeDatabase(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: PATIENCE_MS, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined); // what fails is told by the call that waits for it
  try {
    await redis.connect();
    const [size, own] = await Promise.all([redis.dbsize(), redis.exists(MARK)]);
    if (size > 0 && own === 0)
      throw new DatabaseRefused(
        `The database of REDIS_URL holds ${size} keys that no demo wrote. Name an empty one at its end, such as redis://host:6379/9.`,
      );
    await redis.flushdb();
    await redis.set(MARK, 'emptied at each start of the demo');
  } catch (cause) {
    if (cause instanceof DatabaseRefused) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseRefused(
      `Cannot use the Redis server of REDIS_URL: ${why}. Correct the address, or unset it: the demo then starts its own.`,
      {
        cause,
      },
    );
  } finally {
    redis.disconnect();
  }
}
