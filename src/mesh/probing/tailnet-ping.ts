/** What the tries of each layer come to. */
import type { LinkPath } from '../health.ts';
import type { PingResult, Pings, TcpEvidence } from './tailnet.ts';

/** `none`: not tried, or the daemon could not be asked. */
export type Layer =
  | { readonly kind: 'pong'; readonly latencyMs: number; readonly path: LinkPath | undefined; readonly relay: string | undefined }
  | { readonly kind: 'silent'; readonly tries: number }
  | { readonly kind: 'error'; readonly says: string }
  | { readonly kind: 'none' };

export interface Layers {
  readonly disco: Layer;
  readonly tsmp: Layer;
  readonly icmp: Layer;
}

/** One reply is enough; the best of several. */
export function readLayers({ disco, tsmp, icmp }: Pings): Layers {
  return { disco: readLayer(disco), tsmp: readLayer(tsmp), icmp: readLayer(icmp) };
}

function readLayer(tries: readonly PingResult[]): Layer {
  const pongs = tries.filter((result) => result.kind === 'pong');
  const [best] = pongs.toSorted((a, b) => a.latencyMs - b.latencyMs);
  if (best !== undefined) return best;
  const error = tries.find((result) => result.kind === 'error');
  if (error !== undefined) return error;
  const silent = tries.filter(({ kind }) => kind === 'silent').length;
  return silent === 0 ? { kind: 'none' } : { kind: 'silent', tries: silent };
}

const NAMES = { disco: 'disco', tsmp: 'TSMP', icmp: 'ICMP' } as const;

/** One line for each layer that was tried, and one for TCP. */
export function layerFacts(layers: Layers, tcp: TcpEvidence): string[] {
  const lines = (['disco', 'tsmp', 'icmp'] as const).flatMap((name) => layerFact(NAMES[name], layers[name]));
  return [...lines, ...(tcp === 'notMeasured' ? [] : [`TCP: ${TCP_WORDS[tcp]}`])];
}

const TCP_WORDS = { open: 'connects', refused: 'refused at once', silent: 'every connection timed out' } as const;

function layerFact(name: string, layer: Layer): string[] {
  if (layer.kind === 'none') return [];
  if (layer.kind === 'pong') return [`${name} ping: answered in ${latencyWords(layer.latencyMs)}${pathWords(layer)}`];
  if (layer.kind === 'error') return [`${name} ping: ${layer.says}`];
  return [`${name} ping: no reply${layer.tries > 1 ? ` to ${layer.tries} tries` : ''}`];
}

/** `23 ms`, `0.4 ms`. */
export function latencyWords(ms: number): string {
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

function pathWords({ path, relay }: Extract<Layer, { kind: 'pong' }>): string {
  if (path === undefined) return '';
  return path === 'direct' ? ', direct' : `, ${PATH_WORDS[path]}${relay === undefined ? '' : ` ${relay}`}`;
}

const PATH_WORDS = { relayed: 'through relay', peerRelayed: 'through peer relay' } as const;

/** `23 ms, direct`; undefined: no layer answered. */
export function pongWords(layers: Layers): { readonly says: string; readonly latencyMs: number; readonly path?: LinkPath } | undefined {
  const layer = [layers.disco, layers.tsmp, layers.icmp].find(({ kind }) => kind === 'pong');
  if (layer?.kind !== 'pong') return undefined;
  const says = `${latencyWords(layer.latencyMs)}${pathWords(layer)}`;
  return { says, latencyMs: layer.latencyMs, ...(layer.path === undefined ? {} : { path: layer.path }) };
}
