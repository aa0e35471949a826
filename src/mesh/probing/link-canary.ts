/** A way that nobody measures where it begins, from what the canary there reports of the one at its end. Pure and total. */
import type { Failure } from '../../core/errors.ts';
import type { Cause, Sample } from '../health.ts';
import type { Observed } from '../model.ts';

/** What agnhost's `/dial` answered. Texts of a proxy that stands in between come as responses too: it never looks at the status. */
export interface CanaryReport {
  readonly responses: readonly string[];
  readonly errors: readonly string[];
}

export interface CanaryWay {
  readonly from: string;
  readonly to: string;
  /** The namespace of both canaries. */
  readonly namespace: string;
  /** What the canary of `from` was told to ask: `http://mesh-canary-cluster-a.mesh-canary.svc.cluster.local:8080/hostname`. */
  readonly url: string;
}

interface Meaning {
  readonly code: string;
  readonly says: string;
  readonly hint: string;
  readonly link: Sample['outcome'];
  readonly gateway: Sample['outcome'];
  readonly trust: Sample['outcome'];
}

const LOOK_AT_GATEWAY = 'Look at the east-west gateway at the other end, then at the link.';

/** By the text of an Envoy (response flags in words) or of Go's HTTP client, the first that matches. A refusal, and an end, come from somebody: the link carries. */
const MEANINGS: readonly (readonly [RegExp, Meaning])[] = [
  [
    /CERTIFICATE_VERIFY_FAILED/,
    {
      code: 'canary-untrusted',
      says: 'the chain at the other end does not verify',
      hint: 'Compare the roots of both clusters: `meshwarden certs`.',
      link: 'ok',
      gateway: 'ok',
      trust: 'failing',
    },
  ],
  [
    /no healthy upstream/,
    {
      code: 'canary-no-upstream',
      says: 'proxies know no healthy endpoint at the other end',
      hint: 'Look at the remote secret and at the address of the gateway that istiod knows.',
      link: 'unknown',
      gateway: 'failing',
      trust: 'unknown',
    },
  ],
  [
    /connection refused/i,
    {
      code: 'canary-refused',
      says: 'the gateway at the other end refuses connections',
      hint: LOOK_AT_GATEWAY,
      link: 'ok',
      gateway: 'failing',
      trust: 'unknown',
    },
  ],
  [
    /connection[ _]timeout|Client\.Timeout|deadline exceeded|i\/o timeout/i,
    {
      code: 'canary-timeout',
      says: 'requests through the gateway at the other end get no answer',
      hint: 'Look at the link first, then at the gateway.',
      link: 'unknown',
      gateway: 'failing',
      trust: 'unknown',
    },
  ],
  [
    /connection termination|remote reset|connection reset/i,
    {
      code: 'canary-cut',
      says: 'the gateway at the other end cuts connections',
      hint: LOOK_AT_GATEWAY,
      link: 'ok',
      gateway: 'failing',
      trust: 'unknown',
    },
  ],
  [
    /no such host/,
    {
      code: 'canary-name-unknown',
      says: 'the name of the other canary is not known there',
      hint: 'Run `meshwarden canary install`: it puts the Services of all canaries into every cluster.',
      link: 'unknown',
      gateway: 'unknown',
      trust: 'unknown',
    },
  ],
];

const ODD: Meaning = {
  code: 'canary-answer-odd',
  says: 'the canary reports something that nobody expected',
  hint: 'Ask by hand.',
  link: 'unknown',
  gateway: 'unknown',
  trust: 'unknown',
};

/** Names of pods are labels of DNS; a proxy answers in words. */
const HOSTNAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const LONGEST_FACT = 160;

/** Under `link-down`, `gateway-down` and `gateway-trust`. */
export function canaryWaySamples(
  way: CanaryWay,
  report: Observed<CanaryReport>,
  taken: { readonly at: number; readonly vantage: string },
): readonly Sample[] {
  const { from, to } = way;
  const link = { ...taken, rule: 'link-down', subject: { kind: 'link', from, to } } as const;
  const gateway = { ...taken, rule: 'gateway-down', subject: { kind: 'gateway', from, to } } as const;
  const trust = { ...gateway, rule: 'gateway-trust' } as const;
  const says = `as the canary of ${from} reports`;
  if (!report.ok) {
    const unknown = { outcome: 'unknown', cause: unasked(way, report.failure) } as const;
    return [
      { ...link, ...unknown },
      { ...gateway, ...unknown },
      { ...trust, ...unknown },
    ];
  }
  const told = [...report.value.responses, ...report.value.errors];
  if (told.some((text) => HOSTNAME.test(text.trim()))) return [link, gateway, trust].map((one) => ({ ...one, outcome: 'ok', says }));
  const text = told.join(' ');
  const meaning = MEANINGS.find(([pattern]) => pattern.test(text))?.[1] ?? ODD;
  const cause = causeOf(way, meaning, text);
  return [
    { ...link, ...judged(meaning.link, cause, says) },
    { ...gateway, ...judged(meaning.gateway, cause, says) },
    { ...trust, ...judged(meaning.trust, cause, says) },
  ];
}

function judged(outcome: Sample['outcome'], cause: Cause, says: string): Pick<Sample, 'outcome' | 'cause' | 'says'> {
  return outcome === 'ok' ? { outcome, says } : { outcome, cause };
}

function causeOf(way: CanaryWay, { code, says, hint }: Meaning, text: string): Cause {
  const line = text
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, LONGEST_FACT);
  const facts = [line === '' ? `the canary of ${way.from} reports nothing` : `the canary of ${way.from} reports: ${line}`];
  return { code, says: `${says}, as the canary of ${way.from} reports`, facts, hint, commands: [byHand(way)] };
}

function unasked(way: CanaryWay, { message, next }: Failure): Cause {
  return {
    code: 'canary-unasked',
    says: `the canary of ${way.from} could not be asked`,
    facts: [message],
    hint: next ?? `Run a worker in ${way.from}, which measures by itself: \`meshwarden start --role worker --vantage ${way.from}\`.`,
    commands: [byHand(way)],
  };
}

function byHand({ from, namespace, url }: CanaryWay): string {
  return `kubectl --context ${from} -n ${namespace} exec deploy/mesh-canary -c mesh-canary -- curl -sS -m 5 ${url}`;
}
