/** Everything that one TLS probe of a gateway can end in: the closed list, and what is said of each. */

/** `degraded`: it works, and not as it should. `unknown`: nothing can be said of the path, which is never read as healthy. */
export type PathState = 'ok' | 'degraded' | 'failing' | 'unknown';

export interface VerdictWords {
  readonly path: PathState;
  /** One sentence without its end: what is so. */
  readonly says: string;
  /** What it may come from, the likeliest first; empty where there is nothing to guess. */
  readonly may: readonly string[];
  /** What to do next, one sentence. */
  readonly hint: string;
}

const NOTHING_TO_DO = 'Nothing is to be done.';

const RESET_MAY = [
  'the gateway knows no such host or port: the service is not exported, or the remote istiod does not know it',
  'the service has no endpoint, or none that is healthy',
  'the endpoint refuses: its port is closed, its sidecar is gone, or has no certificate yet',
] as const;

const SILENT_MAY = [
  'the sidecar or its pod is frozen, or its answers are lost',
  'the gateway is frozen',
  'large packets are lost on the way (MTU)',
  'the gateway still waits for an endpoint whose host does not answer (3 s or 10 s)',
] as const;

const WRONG_TARGET_HINT = 'Check that address and port of the gateway in the configuration lead to the TLS port of the east-west gateway.';

/** By code. The codes are those of `Cause.code` too; a retired one is never used again. */
export const TLS_VERDICTS = {
  healthy: {
    path: 'ok',
    says: 'the way to the sidecar behind the gateway is whole',
    may: [],
    hint: NOTHING_TO_DO,
  },
  'healthy-slow': {
    path: 'degraded',
    says: 'the way to the sidecar behind the gateway is whole, and slow',
    may: ['a slow or relayed link', 'a busy gateway or sidecar', 'lost packets that were sent again'],
    hint: 'Look at the link first: is it relayed, does it lose packets?',
  },
  authenticated: {
    path: 'ok',
    says: 'the destination accepted our certificate',
    may: [],
    hint: NOTHING_TO_DO,
  },
  'client-certificate-refused': {
    path: 'ok',
    says: 'the way is whole, and the destination refused our certificate',
    may: ['another root or a missing intermediate (alert 48)', 'an expired certificate (45)', 'another trust domain (46)'],
    hint: 'Compare our certificate with the trust bundle and the trust domain of the destination.',
  },
  'handshake-completed': {
    path: 'unknown',
    says: 'the handshake came to its end, and the probe looked no further',
    may: [],
    hint: 'Probe again without stopping there.',
  },
  'secure-then-silent': {
    path: 'degraded',
    says: 'a sidecar answered the handshake and then said no more',
    may: ['our last message or its answer was lost'],
    hint: 'Probe again; if it stays so, look for lost packets on the link.',
  },
  'secure-then-closed': {
    path: 'degraded',
    says: 'a sidecar answered the handshake and the connection was cut before its last word',
    may: ['something between us and the gateway cuts connections', 'the sidecar or the gateway ended at that moment'],
    hint: 'Probe again; if it stays so, look for a firewall or a proxy between the clusters.',
  },
  'connect-refused': {
    path: 'failing',
    says: 'the host answers, and nothing listens on the port of the gateway',
    may: [
      'no pod of the gateway is ready',
      'the cross-network Gateway is missing',
      'a wrong port or NodePort in the configuration',
      'the gateway has drained its listeners',
    ],
    hint: 'Look at the pods and the Service of the east-west gateway in the destination cluster.',
  },
  'connect-timeout': {
    path: 'failing',
    says: 'nobody answered on the port of the gateway',
    may: [
      'the link is down',
      'the policy of the tailnet or a firewall drops the port',
      'externalTrafficPolicy Local on a node without a pod of the gateway',
    ],
    hint: 'Look at the link first; if its pings pass, look at the policy of the tailnet for this port.',
  },
  unreachable: {
    path: 'failing',
    says: 'there is no way to the address of the gateway',
    may: ['the host is gone', 'Tailscale does not run on this node', 'a route is missing'],
    hint: 'Look at the link and at the routes of this node.',
  },
  'proxy-refused': {
    path: 'failing',
    says: 'the proxy could not connect to the gateway and does not say why',
    may: ['nothing listens on the port (told at once)', 'the host is gone or the peer is not in the tailnet (told late)'],
    hint: 'Look at the peer in `tailscale status`, then at the pods of the east-west gateway.',
  },
  'proxy-away': {
    path: 'unknown',
    says: 'the SOCKS5 proxy of Tailscale does not answer',
    may: ['tailscaled does not run', 'it runs without --socks5-server', 'a wrong proxy in the configuration'],
    hint: 'Look at tailscaled on this node.',
  },
  'name-unknown': {
    path: 'unknown',
    says: 'the name of the gateway cannot be looked up',
    may: ['the name server is away', 'a wrong name in the configuration'],
    hint: 'Configure the gateway by its tailnet address, or mend the name server.',
  },
  'local-fault': {
    path: 'unknown',
    says: 'our own machine did not open the connection',
    may: ['no free port or file descriptor', 'a local firewall'],
    hint: 'Look at this machine: the error names what it lacks.',
  },
  cancelled: {
    path: 'unknown',
    says: 'the probe was cancelled before it knew',
    may: [],
    hint: 'Probe again.',
  },
  reset: {
    path: 'failing',
    says: 'the gateway answers and cut the connection at once',
    may: RESET_MAY,
    hint: 'A client cannot tell these apart: look at the endpoints of the canary and at the clusters of the gateway.',
  },
  'reset-after-3s': {
    path: 'failing',
    says: 'the gateway cut the connection after 3 s, as it does when the host of the endpoint is gone',
    may: ['the node of the endpoint is gone and Kubernetes has not noticed yet'],
    hint: 'Look at the nodes of the destination cluster and at the endpoints of the canary.',
  },
  'reset-after-10s': {
    path: 'failing',
    says: 'the gateway cut the connection after 10 s, its limit for connecting to an endpoint',
    may: ['a network policy or a firewall drops what the gateway sends to the pod', 'the network of the pods is broken'],
    hint: 'Look at the network policies and the pod network of the destination cluster.',
  },
  'reset-slow': {
    path: 'failing',
    says: 'the connection was cut late, before the handshake was over',
    may: ['the endpoint or something on the way gave up', ...RESET_MAY],
    hint: 'Look at the endpoints of the canary, then at what stands between the clusters.',
  },
  'listener-timeout': {
    path: 'failing',
    says: 'the gateway never got our whole first message and gave up after 15 s',
    may: ['its second packet is lost on the way (MTU)'],
    hint: 'Check the MTU from here to the gateway: does a probe with a small first message pass?',
  },
  closed: {
    path: 'failing',
    says: 'the connection was closed in an orderly way before the handshake was over, which the gateway itself never does',
    may: ['the destination closes connections', 'a proxy or a firewall stands on the way'],
    hint: 'Look at the pod behind the canary, then at what stands between the clusters.',
  },
  'silent-after-connect': {
    path: 'failing',
    says: 'the gateway took the connection and nobody answered the handshake',
    may: SILENT_MAY,
    hint: 'Compare with the control probe: if that one is cut at once, the gateway lives and the fault is behind it.',
  },
  'silent-inside-handshake': {
    path: 'failing',
    says: 'the answer to the handshake began and never came to its end',
    may: ['large packets are lost on the way back (MTU)', 'the connection died in that moment'],
    hint: 'Check the MTU from the gateway to here.',
  },
  plaintext: {
    path: 'failing',
    says: 'what answers does not speak TLS',
    may: ['the workload behind the gateway has no sidecar', 'the address leads to a plain port, such as the status port 15021'],
    hint: 'Check the port of the gateway, and that the canary is injected.',
  },
  'alert-protocol-version': {
    path: 'failing',
    says: 'the other side refuses our version of TLS',
    may: ['a TLS server that knows no TLS 1.3, so no sidecar', 'a probe with too old a TLS against a mesh that demands 1.3'],
    hint: WRONG_TARGET_HINT,
  },
  'alert-no-application-protocol': {
    path: 'failing',
    says: 'a TLS server answers that knows nothing of Istio',
    may: ['the address leads to another server: Envoy never answers so'],
    hint: WRONG_TARGET_HINT,
  },
  'alert-handshake-failure': {
    path: 'failing',
    says: 'the other side found nothing in common with us in the handshake',
    may: ['ciphers or curves were restricted', 'the address leads to another server'],
    hint: 'Look at the TLS settings of the mesh (tlsDefaults) and check the address.',
  },
  'alert-other': {
    path: 'failing',
    says: 'the other side broke the handshake off with an alert',
    may: ['the alert names it: see the facts'],
    hint: 'Look at the log of the sidecar behind the canary.',
  },
  'not-a-mesh-chain': {
    path: 'failing',
    says: 'a TLS server answers that is no sidecar: its certificate carries no SPIFFE identity',
    may: ['the address leads to another server', 'something on the way terminates TLS'],
    hint: WRONG_TARGET_HINT,
  },
  'completes-and-stays-open': {
    path: 'failing',
    says: 'a TLS server answers that asks for no certificate and is no sidecar',
    may: ['the workload behind the gateway terminates TLS itself', 'the address leads to another server'],
    hint: WRONG_TARGET_HINT,
  },
  'chain-not-seen': {
    path: 'unknown',
    says: 'the handshake was over and showed no certificate',
    may: ['the session was resumed'],
    hint: 'Probe without offering a session.',
  },
  'refused-by-the-probe': {
    path: 'unknown',
    says: 'the probe itself refused the certificate before the other side could answer',
    may: ['a probe that verifies in the handshake'],
    hint: 'Probe with rejectUnauthorized: false and judge the chain afterwards.',
  },
  'unexpected-error': {
    path: 'failing',
    says: 'the handshake failed in a way that is not known here',
    may: ['the error names it: see the facts'],
    hint: 'Try it by hand with openssl.',
  },
  'nothing-seen': {
    path: 'unknown',
    says: 'the probe saw nothing that could be judged',
    may: [],
    hint: 'Probe again.',
  },
} as const satisfies Readonly<Record<string, VerdictWords>>;

export type TlsCode = keyof typeof TLS_VERDICTS;

/** What one probe means. */
export interface TlsVerdict extends VerdictWords {
  readonly code: TlsCode;
  /** What was seen that says so: one short line each, the most telling first. */
  readonly facts: readonly string[];
}

/** The verdict of that code, with what was seen. */
export function tlsVerdict(code: TlsCode, facts: readonly string[]): TlsVerdict {
  return { code, ...TLS_VERDICTS[code], facts };
}
