import { z } from 'zod';
import { OperatorError } from '../core/errors.ts';
import type { Action } from './action.ts';
import type { FollowContext, LinkLayer, LinkProbe } from './alerts.ts';

const Input = z.strictObject({
  /** A vantage. */
  from: z.string().min(1).max(100),
  /** A cluster. */
  to: z.string().min(1).max(100),
});
type Input = z.infer<typeof Input>;

export const probeLink: Action<Input, LinkProbe, FollowContext> = {
  id: 'probe-link',
  role: 'viewer',
  describe: 'Probe one link, layer by layer, from where it begins',
  input: Input,
  async run({ from, to }, context) {
    const { alerts, clock, signal, progress } = context;
    const { prober, vantages, clusters } = alerts;
    checkLink(from, to, clusters);
    if (from !== prober.vantage) {
      const alive = await vantages.alive(clock.now());
      if (!alive.includes(from)) throw nobodyThere(from, [prober.vantage, ...alive]);
      return alerts.elsewhere({ from, to }, progress, signal);
    }
    const at = clock.now();
    const known: LinkLayer[] = [];
    const tell = (layer: LinkLayer): void => {
      known.push(layer);
      progress(known.map(layerText).join('\n'));
    };
    return { from, to, at, layers: await prober.layers(to, tell, signal) };
  },
};

const MARKS = { ok: '●', failing: '▲', unknown: '◌', skipped: '·' } as const;

/** One layer in one line: shape and word, then what was seen. */
export function layerText({ title, outcome, says }: LinkLayer): string {
  return `${MARKS[outcome]} ${title}: ${says}`;
}

/** @throws OperatorError where it leads to no cluster, or begins where it ends. */
export function checkLink(from: string, to: string, clusters: readonly string[]): void {
  if (clusters.includes(to) && from !== to) return;
  const why = from === to ? 'it begins where it ends' : `there is no cluster ${to}`;
  throw new OperatorError({
    reason: 'invalid',
    what: `There is no link ${from} → ${to}`,
    why,
    next: `Choose from: ${clusters.filter((name) => name !== from).join(', ')}.`,
  });
}

function nobodyThere(from: string, measuring: readonly string[]): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: `Nothing is measured from ${from}`,
    why: 'no worker runs there',
    next: `Start one in it with \`meshwarden start --role worker --vantage ${from}\`, or choose from: ${[...new Set(measuring)].toSorted().join(', ')}.`,
  });
}
