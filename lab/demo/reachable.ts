import { hostname, networkInterfaces } from 'node:os';

/** The addresses under which a browser finds the page: on this machine alone, or on each of its networks. */
export function reachable(url: string, everywhere: boolean): readonly string[] {
  if (!everywhere) return [url];
  const { port } = new URL(url);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = own.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
  return [...outside, hostname(), '127.0.0.1'].map((host) => `http://${host}:${port}`);
}
