/** Takes out of an answer what differs from run to run, on both sides of a comparison. */

/** Counters and instants of traffic: the double carries none. What is read of them stands in the comparison all the same, as present. */
const TRAFFIC = new Set(['RxBytes', 'TxBytes', 'LastWrite', 'LastHandshake', 'LastSeen', 'Created', 'Active', 'InEngine', 'Addrs']);

/** The same text for two answers that say the same. `_trimmed` is a note of the recorder. */
export function normal(body: unknown): unknown {
  if (typeof body === 'string') return normalText(body);
  if (Array.isArray(body)) return body.map(normal);
  if (typeof body !== 'object' || body === null) return body;
  const entries = Object.entries(body).filter(([name]) => name !== '_trimmed');
  return Object.fromEntries(entries.map(([name, value]) => [normalText(name), normalField(name, value)]));
}

function normalField(name: string, value: unknown): unknown {
  if (TRAFFIC.has(name)) return '<traffic>';
  if (name === 'Health' && Array.isArray(value)) return value.map((text: string) => normalText(text)).toSorted();
  if (name === 'LatencySeconds') return value === 0 ? 0 : '<latency>';
  if (name === 'PeerAPIPort') return '<port>';
  return normal(value);
}

function normalText(text: string): string {
  return text
    .replace(/^(?:<nodekey:\d+>|nodekey:[0-9a-f]{64})$/, '<nodekey>')
    .replace(/^(?:<time:\d+>|2\d{3}-\d\d-\d\dT[\d:.]+Z)$/, '<time>')
    .replace(/^(?:<os hostname>|lab)$/, '<os hostname>')
    .replace(/^(?<start>http:\/\/.*):(?:<port>|4433)$/, '$<start>:<port>')
    .replace(/the '.*' relay server/, "the '<relay>' relay server")
    .replace(/^headscale$/, '<relay>')
    .replace(/^relay$/, '<relay>');
}

/** Headers that a daemon decides on; a date is not recorded. */
export function normalHeaders(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { date: _, 'content-length': length, ...rest } = headers;
  return { ...rest, ...(length === undefined ? {} : { 'content-length': '<length>' }) };
}
