/** What all probes of one gateway together say: whether the path works, why not, and, apart from it, whether the chain is trusted. */
import type { Certificate } from '../../pki/certificate.ts';
import type { Cause } from '../health.ts';
import { classifyTls, handshakeMs } from './gateway.ts';
import { explainReset, type GatewayEvidence } from './gateway-evidence.ts';
import { hostAnswered, type TlsObservation } from './gateway-observation.ts';
import { type ExpectedIdentity, judgeTrust, leafLine, type TrustCode } from './gateway-trust.ts';
import { type PathCode, wordsOf } from './gateway-path-verdicts.ts';
import type { PathState, TlsCode, TlsVerdict, VerdictWords } from './gateway-verdicts.ts';

/** Whom the probes asked, as commands name it. */
export interface GatewayTarget {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  /** `host:port` of the SOCKS5 proxy; undefined: directly. */
  readonly proxy: string | undefined;
}

export interface PathQuestion {
  readonly target: GatewayTarget;
  readonly main: TlsObservation;
  /** The same with a name that cannot exist; undefined: not made. */
  readonly control: TlsObservation | undefined;
  /** The second try with a small first message; undefined: the first was not silent. */
  readonly second: TlsObservation | undefined;
  /** Trust bundle of the cluster that calls; undefined: it could not be read. */
  readonly bundle: readonly Certificate[] | undefined;
  readonly expected: ExpectedIdentity | undefined;
  readonly evidence: GatewayEvidence | undefined;
  /** UTC milliseconds. */
  readonly now: number;
  readonly slowAfterMs?: number;
}

export interface TrustConclusion {
  /** `unknown`: no chain was seen, or there is no bundle to judge it by. */
  readonly state: 'ok' | 'failing' | 'unknown';
  /** Unless it is `ok`. */
  readonly cause?: Cause;
  /** One short line. */
  readonly says: string;
}

export interface PathConclusion {
  readonly path: PathState;
  readonly code: PathCode;
  /** Unless the path is `ok`. */
  readonly cause?: Cause;
  /** One short line for whoever looks although it is well. */
  readonly says: string;
  readonly trust: TrustConclusion;
  /** One round trip (two through a proxy), in milliseconds; undefined where there was no connection. */
  readonly latencyMs: number | undefined;
  /** From the open connection to the end of the handshake, in milliseconds. */
  readonly handshakeMs: number | undefined;
  /** The host answered, be it with a refusal: the link is up. */
  readonly hostAnswered: boolean;
  readonly verdicts: { readonly main: TlsVerdict; readonly control: TlsVerdict | undefined; readonly second: TlsVerdict | undefined };
}

const WORKS: ReadonlySet<TlsCode> = new Set([
  'healthy',
  'healthy-slow',
  'authenticated',
  'client-certificate-refused',
  'secure-then-silent',
  'secure-then-closed',
]);

/** Whatever answered took the handshake up: for a name that cannot exist, a gateway never does. */
const ANSWERS: ReadonlySet<TlsCode> = new Set([
  ...WORKS,
  'handshake-completed',
  'chain-not-seen',
  'not-a-mesh-chain',
  'completes-and-stays-open',
]);

const SILENT: ReadonlySet<TlsCode> = new Set(['silent-after-connect', 'silent-inside-handshake', 'listener-timeout']);

const RESET: ReadonlySet<TlsCode> = new Set(['reset', 'reset-after-3s', 'reset-after-10s', 'reset-slow']);

/** No probe of the handshake was made, so that nothing is said of whether it would be answered. */
const NO_ANSWER: ReadonlySet<TlsCode> = new Set([
  ...SILENT,
  'connect-timeout',
  'connect-refused',
  'unreachable',
  'proxy-away',
  'proxy-refused',
  'name-unknown',
  'local-fault',
  'cancelled',
  'nothing-seen',
]);

interface Verdicts {
  readonly main: TlsVerdict;
  readonly control: TlsVerdict | undefined;
  readonly second: TlsVerdict | undefined;
}

interface Refined {
  readonly code: PathCode;
  readonly facts: readonly string[];
}

/** The conclusion about one gateway. */
export function judgePath(question: PathQuestion): PathConclusion {
  const { main, control, second, slowAfterMs } = question;
  const { proxy } = question.target;
  const options = { throughProxy: proxy !== undefined, ...(slowAfterMs === undefined ? {} : { slowAfterMs }) };
  const classify = (one: TlsObservation): TlsVerdict => classifyTls(one, options);
  const verdicts = {
    main: classify(main),
    control: control === undefined ? undefined : classify(control),
    second: second === undefined ? undefined : classify(second),
  };
  const { code, facts } = refine(verdicts, question.evidence);
  const words = wordsOf(code);
  const latencyMs = main.connect.ok ? main.connect.tookMs : undefined;
  const took = handshakeMs(main);
  return {
    path: words.path,
    code,
    ...(words.path === 'ok' ? {} : { cause: pathCause(code, words, facts, question.target) }),
    says: words.path === 'ok' && took !== undefined ? `handshake in ${Math.round(took)} ms` : words.says,
    trust: judgeChain(question, code),
    latencyMs,
    handshakeMs: took,
    hostAnswered: hostAnswered(main.connect),
    verdicts,
  };
}

function refine(verdicts: Verdicts, evidence: GatewayEvidence | undefined): Refined {
  const { main, control } = verdicts;
  const facts = [...main.facts, ...controlFacts(control)];
  if (WORKS.has(main.code)) {
    if (control !== undefined && ANSWERS.has(control.code)) return { code: 'answers-any-name', facts };
    return { code: main.code, facts };
  }
  if (SILENT.has(main.code)) return refineSilence(verdicts, facts);
  if (!RESET.has(main.code)) return { code: main.code, facts };
  const why = evidence === undefined ? undefined : explainReset(evidence);
  return why === undefined ? { code: main.code, facts } : { code: why.code, facts: [why.fact, ...facts] };
}

function refineSilence({ main, control, second }: Verdicts, facts: readonly string[]): Refined {
  const controlAnswered = control !== undefined && !NO_ANSWER.has(control.code);
  if (second !== undefined && !NO_ANSWER.has(second.code)) {
    const all = [...facts, `with a first message of one packet: ${second.says}`];
    return { code: controlAnswered ? 'answered-second' : 'mtu-hole', facts: all };
  }
  const tried = second === undefined ? facts : [...facts, `with a first message of one packet: ${second.says}`];
  if (main.code === 'silent-inside-handshake') return { code: main.code, facts: tried };
  if (controlAnswered) return { code: 'endpoint-silent', facts: tried };
  if (control !== undefined && SILENT.has(control.code) && main.code !== 'listener-timeout')
    return { code: 'gateway-silent', facts: tried };
  return { code: main.code, facts: tried };
}

function controlFacts(control: TlsVerdict | undefined): readonly string[] {
  return control === undefined ? [] : [`a name that cannot exist: ${control.says}`];
}

function pathCause(code: PathCode, words: VerdictWords, facts: readonly string[], target: GatewayTarget): Cause {
  const may = words.may.length === 0 ? [] : [`may be: ${words.may.join('; ')}`];
  return { code, says: words.says, facts: [...facts, ...may], hint: words.hint, commands: commandsFor(target) };
}

function judgeChain({ main, bundle, expected, now, target }: PathQuestion, code: PathCode): TrustConclusion {
  const [leaf] = main.certificates;
  const unknown = (cause: 'chain-unseen' | 'bundle-unread', says: string, hint: string): TrustConclusion => ({
    state: 'unknown',
    cause: { code: cause, says, facts: [], hint, commands: [] },
    says,
  });
  if (leaf === undefined || wordsOf(code).path === 'failing') {
    return unknown('chain-unseen', 'no chain of a workload was seen, so that it cannot be judged', 'Mend the path first.');
  }
  if (bundle === undefined) {
    return unknown('bundle-unread', 'the trust bundle of the calling cluster could not be read', 'Look at the API of the calling cluster.');
  }
  const fault = judgeTrust({ chain: main.certificates, bundle, expected, now });
  if (fault === undefined) return { state: 'ok', says: leafLine(leaf, now) };
  const cause = {
    code: fault.code satisfies TrustCode,
    says: fault.says,
    facts: fault.facts,
    hint: fault.hint,
    commands: commandsFor(target),
  };
  return { state: 'failing', cause, says: fault.says };
}

/** How to try it by hand from the same place. */
function commandsFor({ host, port, servername, proxy }: GatewayTarget): readonly string[] {
  if (proxy !== undefined) return [`nc -X 5 -x ${proxy} -vz -w 3 ${host} ${port}`];
  return [
    `nc -vz -w 3 ${host} ${port}`,
    `openssl s_client -connect ${host}:${port} -servername ${servername} -alpn istio -tls1_3 -showcerts </dev/null`,
  ];
}
