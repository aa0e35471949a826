/** What of a recorded connection is compared, in the words of {@link SeenByClient}. */
import { HTTPBIN, HTTPBIN_PORT } from '../../../lab/scene/httpbin.ts';
import type { CaseFile, RecordedCase, RecordedClient, RecordedEvent } from './recording.ts';

/** The connection was still open, and the probe ended it. */
export const STILL_OPEN = 'still open';

const NAMES: Readonly<Record<string, string>> = {
  httpbin: 'leaf',
  'httpbin-exp': 'leaf, expired',
  'httpbin-fut': 'leaf, not yet valid',
  'httpbin-iexp': 'leaf',
  'httpbin-f': 'leaf',
  'ica-b': 'intermediate',
  'ica-bexp': 'intermediate, expired',
  'ica-bf': 'foreign intermediate',
  root: 'root',
  foreign: 'foreign root',
  web: 'web',
};

/** The certificates of a case as they were sent. */
export function recordedChain({ certificates_as_sent: sent = [] }: RecordedCase): readonly string[] {
  return sent.map((name) => NAMES[name] ?? name);
}

/** The client of a case. Where it is not the name that matters, each thing behind the gateway had one; in the lab all stand behind one name. */
export function recordedClient(file: CaseFile, { name, client }: RecordedCase): RecordedClient {
  if (file === 'sni-alpn' || name.includes('unknown SNI')) return client;
  return { ALPNProtocols: ['istio'], rejectUnauthorized: false, ...client, servername: `outbound_.${HTTPBIN_PORT}_._.${HTTPBIN}` };
}

/** The events of a case in their order. */
export function recordedEvents({ events }: RecordedCase): readonly string[] {
  return events.map(word).filter((one) => one !== '');
}

function word({ event, code, alert, hadError }: RecordedEvent): string {
  if (event === 'error') return alert === undefined ? `error ${code}` : `alert ${alert}`;
  if (event === 'close') return `close ${hadError}`;
  if (event.startsWith('end')) return 'end';
  if (event.startsWith('session')) return 'session';
  return /probe destroys the socket/.test(event) ? STILL_OPEN : event;
}

/** Longer than any of these, and the client was waited for or the gateway had waited. */
const LONG_MS = 2_000;

/** Whether something took so long that the gateway must have waited for it, and how long. */
export function recordedWait({ events }: RecordedCase): number {
  const gaps = events.map(({ t_ms: at }, index) => at - (events[index - 1]?.t_ms ?? 0));
  const longest = Math.max(0, ...gaps);
  return longest > LONG_MS ? longest : 0;
}

/** The counters that moved, with the names of the lab: the service of the recordings has another name where it was broken. */
export function recordedCounters({ envoy }: RecordedCase): Readonly<Record<string, number>> | undefined {
  const delta = envoy?.gateway_stats_delta;
  if (delta === undefined) return undefined;
  const own = `cluster.outbound_.${HTTPBIN_PORT}_._.${HTTPBIN}`;
  const named = Object.entries(delta).map(([name, value]) => {
    const renamed = name
      .replace('100.64.0.20_15443', '0.0.0.0_15443')
      .replace(/^cluster\.outbound_\.\d+_\._\..*\.svc\.cluster\.local/, own);
    return [renamed, value] as const;
  });
  return Object.fromEntries(named);
}
