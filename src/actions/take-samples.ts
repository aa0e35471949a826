import { withDeadline } from '../core/abort.ts';
import { subjectKey, type Sample } from '../mesh/health.ts';
import { healthKey } from '../alerts/model.ts';
import type { FollowContext, Prober } from './alerts.ts';
import { changeAlerts } from './change-alerts.ts';
import type { RoundOptions } from './rounds.ts';
import { selfOffline } from './self-offline.ts';

/** What a round of measurements gave. */
export interface Measured {
  readonly at: number;
  readonly vantage: string;
  readonly samples: number;
  /** `rule|subject` of what did not succeed in this round. */
  readonly failing: readonly string[];
  readonly unknown: readonly string[];
}

interface Round extends RoundOptions {
  /** In milliseconds: a measurement that hangs must not keep the next one from beginning. */
  readonly within: number;
  readonly measure: (prober: Prober, signal: AbortSignal) => Promise<readonly Sample[]>;
}

/** Measures and keeps what it means. Null where the same is under way already, or began a moment ago. */
export async function takeSamples({ name, every, within, measure }: Round, context: FollowContext): Promise<Measured | null> {
  const { alerts, clock, signal } = context;
  const { prober, rounds } = alerts;
  const measured = await rounds({ name, every }, async () => {
    const at = clock.now();
    const taken = await withDeadline(clock, within, 'Measuring', (inner) => measure(prober, inner), signal);
    const self = selfOffline(taken, prober.vantage);
    const samples = self === undefined ? taken : [self, ...taken];
    await changeAlerts(context, () => [{ kind: 'samples', samples }]);
    const keys = (outcome: Sample['outcome']): readonly string[] =>
      samples.filter((sample) => sample.outcome === outcome).map(({ rule, subject }) => healthKey(rule, subjectKey(subject)));
    return { at, vantage: prober.vantage, samples: samples.length, failing: keys('failing'), unknown: keys('unknown') };
  });
  return measured ?? null;
}
