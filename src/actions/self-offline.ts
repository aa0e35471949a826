import { LOCAL_VANTAGE, type Sample } from '../mesh/health.ts';

/** What tells whether anything can be reached. */
const TELLING: ReadonlySet<Sample['rule']> = new Set(['api-down', 'link-down']);
/** Whoever refuses us, or answers with an error, answers: then it is not we who are cut off. */
const ANSWERS: ReadonlySet<string> = new Set(['api-unauthorized', 'api-forbidden', 'api-tls', 'api-error']);
/** Nobody was asked. */
const UNASKED = 'api-unusable';
/** One thing that fails is that thing's trouble. */
const FEWEST = 2;

/**
 * Whether a vantage reaches anything at all, from what it measured: where nothing answers, it is the one that is cut off. Undefined where it measured
 * nothing that would tell.
 */
export function selfOffline(samples: readonly Sample[], vantage: string): Sample | undefined {
  const telling = samples.filter((sample) => TELLING.has(sample.rule) && sample.vantage === vantage);
  const [first] = telling;
  if (first === undefined) return undefined;
  const known = telling.filter(({ outcome, cause }) => outcome !== 'unknown' && cause?.code !== UNASKED);
  const own = { rule: 'self-offline', subject: { kind: 'self', vantage }, vantage, at: Math.min(...telling.map(({ at }) => at)) } as const;
  if (known.length === 0) return { ...own, outcome: 'unknown', ...(first.cause === undefined ? {} : { cause: first.cause }) };
  if (known.length < FEWEST || known.some(answers)) return { ...own, outcome: 'ok' };
  const where = vantage === LOCAL_VANTAGE ? 'the machine that meshwarden runs on' : `the worker in ${vantage}`;
  return {
    ...own,
    outcome: 'failing',
    cause: {
      code: 'nothing-answers',
      says: `none of ${known.length} API servers and links answers`,
      facts: known.flatMap(({ cause }) => (cause === undefined ? [] : [cause.says])).slice(0, 3),
      hint: `Look at the network of ${where} first: what it measures says nothing of the mesh until something answers.`,
      commands: ['tailscale status', 'tailscale netcheck'],
    },
  };
}

function answers({ outcome, cause }: Sample): boolean {
  return outcome === 'ok' || ANSWERS.has(cause?.code ?? '');
}
