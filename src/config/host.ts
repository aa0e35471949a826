import { isIP } from 'node:net';

const NAME_PART = '[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?';
/** A last part of digits alone would be a broken IPv4 address. */
const HOST_NAME = new RegExp(`^(?!.*(?:^|\\.)\\d+$)${NAME_PART}(?:\\.${NAME_PART})*$`);
const WITH_PORT = /^(?<host>[^:[\]]+|\[[^\]]+\])(?::(?<port>\d{1,5}))?$/;

/** True for an IP address without brackets, or a host name. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (text.length <= 253 && HOST_NAME.test(text));
}

/** Reads `host`, `host:port`, `[v6]` and `[v6]:port`; undefined where the text is none. */
export function parseHostPort(text: string, defaultPort: number): { readonly host: string; readonly port: number } | undefined {
  const groups = WITH_PORT.exec(text)?.groups;
  const host = groups?.['host']?.replaceAll(/[[\]]/g, '') ?? '';
  const port = groups?.['port'] === undefined ? defaultPort : Number(groups['port']);
  return isHost(host) && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
