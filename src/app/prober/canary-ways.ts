/** Ways that begin where no process of ours runs, from what the canaries there report. */
import { inTurns, observe, type Member } from '../../k8s/collect.ts';
import { labelSelectorOf } from '../../k8s/label-selector.ts';
import { dialFromCanary } from '../../k8s/probing/canary-dial.ts';
import { canaryHost, canaryLabels } from '../../mesh/canary.ts';
import type { Sample } from '../../mesh/health.ts';
import type { Taken } from '../../mesh/probing/cluster.ts';
import { canaryWaySamples } from '../../mesh/probing/link-canary.ts';
import { canaryOf } from './direction.ts';
import { othersOf, readingOf, type ProberParts } from './parts.ts';

const AT_ONCE = 16;
/** A canary may take eight seconds for each: so many fit well into a minute. Of more, the first; the rest is not measured. */
const MOST_WAYS = 48;

/**
 * Ways between clusters that no worker measures, those that lead here first. Where a canary is missing, or may not be asked, there is no sample: such a way
 * is not measured.
 */
export async function measureCanaryWays(parts: ProberParts, taken: Taken, signal: AbortSignal): Promise<readonly Sample[]> {
  const busy = await observe(parts.measuredElsewhere?.() ?? Promise.resolve([]));
  // Who does not know whether a worker measures must not measure in its place.
  if (!busy.ok) return [];
  const answering = await inTurns(parts.pool.members, AT_ONCE, async (member) => {
    const canary = await canaryOf(member, parts, signal);
    return canary.ok && (canary.value?.available ?? 0) > 0 ? [member] : [];
  });
  const there = answering.flat();
  const begins = othersOf(parts).filter((member) => there.includes(member) && !busy.value.includes(member.identity.name));
  const ways = begins.flatMap((from) => there.filter((to) => to !== from).map((to) => ({ from, to })));
  const first = ways.toSorted((a, b) => Number(b.to === parts.here) - Number(a.to === parts.here)).slice(0, MOST_WAYS);
  return (await inTurns(first, AT_ONCE, (way) => measureWay(way, parts, { taken, signal }))).flat();
}

interface Way {
  readonly from: Member;
  readonly to: Member;
}

interface Moment {
  readonly taken: Taken;
  readonly signal: AbortSignal;
}

async function measureWay({ from, to }: Way, parts: ProberParts, { taken, signal }: Moment): Promise<readonly Sample[]> {
  const { client, identity } = from;
  if (!client.ok) return [];
  const { canary } = parts.config.probes;
  const { namespace, port } = canary;
  const { host } = canaryHost(canary, to.identity.name);
  const labelSelector = labelSelectorOf(canaryLabels(identity.name));
  const { clock } = parts.machine;
  const report = await observe(dialFromCanary({ namespace, labelSelector, host, port, clock }, readingOf(client.value, signal)));
  if (!report.ok && (report.failure.reason === 'forbidden' || report.failure.reason === 'notFound')) return [];
  const way = { from: identity.name, to: to.identity.name, namespace, url: `http://${host}:${port}/hostname` };
  return canaryWaySamples(way, report, taken);
}
