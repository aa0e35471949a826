/** Recorded connections that are not repeated with the lab, each with the reason. Every other one is, and must conform. */
import type { CaseFile, RecordedCase } from './recording.ts';

/** Files without connections of one client each. */
export const OTHER_FILES: Readonly<Record<string, string>> = {
  'admin.json': 'answers of the admin interface: compared by themselves',
  'drain.json': 'how a process ends: the lab has no processes of Envoy; what its health check says is compared by itself',
  'rotation.json': 'how Envoy reads files: the lab gives a workload its certificate when half of the last one is over',
  'node-peer-certificate.json': 'what two calls of Node return, without an Envoy',
};

interface Listed {
  readonly file: CaseFile;
  readonly name: RegExp;
  readonly reason: string;
}

const CERTIFICATES = 'clients of the lab that show a certificate are its own, and good';
const ROUTES = 'the kernel has no route: nothing of the lab is asked';

export const NOT_REPLAYED: readonly Listed[] = [
  {
    file: 'healthy',
    name: /client certificate of|expired client|valid client certificate|session resumption|sent without its intermediate/,
    reason: CERTIFICATES,
  },
  { file: 'healthy', name: /^repetitions/, reason: 'counts of many connections' },
  {
    file: 'healthy',
    name: /^mesh minimum TLS 1.3, client TLSv1.2/,
    reason: 'sidecars of the lab take what Istio takes by default, TLS 1.2',
  },
  { file: 'healthy', name: /probe writes a request at once/, reason: 'the probe does not write' },
  { file: 'sni-alpn', name: /valid client certificate/, reason: CERTIFICATES },
  { file: 'sni-alpn', name: /^repetitions/, reason: 'counts of many connections' },
  { file: 'destination', name: /unhealthy/, reason: 'endpoints are ready or not there: istiod tells Envoy of no others' },
  { file: 'destination', name: /frozen for 4 s/, reason: 'a workload of the lab does not thaw inside of a connection' },
  {
    file: 'gateway-down',
    name: /accepts ALPN istio|only h2 and http|not a sidecar|TLS 1.2 only|straight at the sidecar/,
    reason: 'other servers and ports: the lab has one wrong server of each kind',
  },
  { file: 'gateway-down', name: /^host does not answer|^SYNs vanish|^no route/, reason: ROUTES },
  { file: 'certificates', name: /^sidecar trusts/, reason: CERTIFICATES },
  {
    file: 'middlebox',
    name: /^slow link|^repetitions/,
    reason: 'time alone: the proxies of lab/tailnet delay, and the events are those without',
  },
];

/** Why a case is not repeated, or undefined when it is. */
export function reasonFor(file: CaseFile, { name, client }: RecordedCase): string | undefined {
  if (client?.tool === 'openssl s_client') return 'another client: what it prints is no event of Node';
  return NOT_REPLAYED.find((one) => one.file === file && one.name.test(name))?.reason;
}
