/** The recordings of Envoy as a gateway. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RecordedEvent {
  readonly t_ms: number;
  readonly event: string;
  readonly code?: string;
  readonly alert?: number;
  readonly hadError?: boolean;
}

export interface RecordedClient {
  readonly tool: string;
  readonly servername?: string;
  readonly ALPNProtocols?: readonly string[];
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly ecdhCurve?: string;
  readonly rejectUnauthorized?: boolean;
  readonly ca?: unknown;
  readonly payload?: string | null;
}

export interface RecordedCase {
  readonly name: string;
  readonly client: RecordedClient;
  readonly events: readonly RecordedEvent[];
  readonly certificates_as_sent?: readonly string[];
  readonly envoy?: { readonly gateway_stats_delta?: Readonly<Record<string, number>> };
}

export interface RecordedExchange {
  readonly title: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown };
}

const FOLDER = join(import.meta.dirname, '..', '..', 'golden', 'gateway');

/** Files with cases of one connection each; those of Node 24 beside them replace cases of the same name. */
export const CASE_FILES = ['healthy', 'sni-alpn', 'destination', 'gateway-down', 'certificates', 'middlebox'] as const;
export type CaseFile = (typeof CASE_FILES)[number];

/** Every recording in the folder. */
export function recordedFiles(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
}

/** The cases of a file as a client with Node 24 sees them. */
export function casesOf(file: CaseFile): readonly RecordedCase[] {
  const newer = new Map(recordedFiles().includes(`${file}.node24.json`) ? read(`${file}.node24.json`).map((one) => [one.name, one]) : []);
  const older = read(`${file}.json`);
  const added = [...newer.values()].filter(({ name }) => !older.some((one) => one.name === name));
  return [...older.map((one) => ({ ...one, ...newer.get(one.name) })), ...added];
}

/** What the admin interface answered. */
export function adminExchanges(): readonly RecordedExchange[] {
  return (JSON.parse(readFileSync(join(FOLDER, 'admin.json'), 'utf8')) as { exchanges: RecordedExchange[] }).exchanges;
}

function read(name: string): readonly RecordedCase[] {
  return (JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as { cases: RecordedCase[] }).cases;
}
