import type { ClusterSetup, DiscordSetup, ProbesSetup, RedisSetup, TailnetSetup, WebhookSetup } from '../../mesh/setup.ts';

/** What tries a set-up without changing anything. None of it rejects for what the other side does. */
export interface SetupTrials {
  cluster(name: string, signal: AbortSignal): Promise<ClusterSetup>;
  tailnet(signal: AbortSignal): Promise<TailnetSetup>;
  probes(signal: AbortSignal): Promise<ProbesSetup>;
  redis(signal: AbortSignal): Promise<RedisSetup>;
  discord(signal: AbortSignal): Promise<DiscordSetup>;
  /** The fallback webhook of the configuration. Only where there is one, and a bot that it stands in for. */
  webhook(signal: AbortSignal): Promise<WebhookSetup>;
  /** Permission bits of a file; undefined where they cannot be had. */
  fileMode(path: string): Promise<number | undefined>;
}
