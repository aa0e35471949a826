/** The recordings of a real tailscaled, with their placeholders filled in so that they can be parsed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../golden/tailscale');

export interface Exchange {
  readonly title: string;
  readonly node?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status?: number;
    readonly error?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly lines?: readonly unknown[];
  };
}

export interface TimelineEntry {
  readonly t_s: number;
  readonly event: string;
  readonly value?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
}

export interface Recording {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
  readonly timeline: readonly TimelineEntry[];
  readonly runs: readonly { readonly action: string; readonly wait_for_Online: boolean; readonly seconds: number | null }[];
}

/** The present of the recordings. */
export const NOW = Date.UTC(2026, 10, 20, 12);

/** Names of all files, without their ending. */
export const RECORDINGS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .toSorted();

export function recording(name: string): Recording {
  const read = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Partial<Recording>;
  return { name, exchanges: read.exchanges ?? [], timeline: read.timeline ?? [], runs: read.runs ?? [] };
}

/** `<time:3>` and the like, by number; others lie in a past that matters to nobody. */
export type Times = Readonly<Record<number, number>>;

const LATENCY_SECONDS = 0.0012;

/** A body with numbers and instants where the recorder put placeholders. */
export function filledIn(body: unknown, times: Times): unknown {
  return JSON.parse(JSON.stringify(body), (_, value: unknown) => {
    if (value === '<latency>') return LATENCY_SECONDS;
    const number = typeof value === 'string' ? /^<time:(?<number>\d+)>$/.exec(value)?.groups?.['number'] : undefined;
    return number === undefined ? value : new Date(times[Number(number)] ?? Date.UTC(2026, 0, 1)).toISOString();
  }) as unknown;
}
