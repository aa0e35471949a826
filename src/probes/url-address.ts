/** Where to connect for a URL; an IPv6 address stands in brackets in a URL, and nowhere else. */
export function addressOf({ protocol, hostname, port }: URL): { readonly host: string; readonly port: number } {
  const host = hostname.replace(/^\[(?<address>.*)\]$/, '$<address>');
  if (port !== '') return { host, port: Number(port) };
  return { host, port: protocol === 'http:' ? 80 : 443 };
}
