import type { ClusterSetup, DiscordSetup, RedisSetup } from '../../mesh/setup.ts';

/** What tries a set-up without changing anything. None of it rejects for what the other side does. */
export interface SetupTrials {
  cluster(name: string, signal: AbortSignal): Promise<ClusterSetup>;
  redis(signal: AbortSignal): Promise<RedisSetup>;
  discord(signal: AbortSignal): Promise<DiscordSetup>;
  /** Permission bits of a file; undefined where they cannot be had. */
  fileMode(path: string): Promise<number | undefined>;
}
