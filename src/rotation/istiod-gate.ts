/** What the istiods of a cluster would do with a change, asked before every write. */
import type { CacertsFacts } from '../pki/cacerts.ts';
import { filesFromFacts } from './istiod/files.ts';
import { istiodOutcome } from './istiod/outcome.ts';
import type { CaCluster, CacertsObject, IstiodPod } from './model.ts';
import { proofOf } from './proof.ts';

export type GateAnswer =
  | { readonly kind: 'takes' }
  /** Pods that would only notice at their next start. */
  | { readonly kind: 'restart'; readonly pods: readonly IstiodPod[] }
  /** One sentence each. */
  | { readonly kind: 'refuses'; readonly says: readonly string[] };

/** `at`: when it would be written, in UTC milliseconds. `next`: undefined asks whether they follow what lies there. */
export function askIstiods(cluster: CaCluster, object: CacertsObject | undefined, next: CacertsFacts | undefined, at: number): GateAnswer {
  const pods = cluster.istiods.ok ? cluster.istiods.value : [];
  const blind = blindPods(cluster, object, at);
  const says = next === undefined ? [] : pods.flatMap((pod) => refusalOf(pod, blind.includes(pod) ? undefined : object, next, at) ?? []);
  if (says.length > 0) return { kind: 'refuses', says };
  return blind.length > 0 ? { kind: 'restart', pods: blind } : { kind: 'takes' };
}

/** Istiods watch only what was there when they started. One that is seen to serve the present data does watch. */
function blindPods(cluster: CaCluster, object: CacertsObject | undefined, now: number): readonly IstiodPod[] {
  if (!cluster.istiods.ok) return [];
  if (object === undefined) return cluster.istiods.value;
  if (object.record.proved?.contentId === object.contentId) return [];
  const serving = new Set(proofOf(cluster, object, now)?.pods.flatMap(({ pod, proof }) => (proof === 'serves' ? [pod.uid] : [])));
  return cluster.istiods.value.filter(({ uid, startedAt }) => startedAt !== undefined && startedAt < object.createdAt && !serving.has(uid));
}

/** What is wrong with the new data for this istiod; of the style `tls.crt`, which facts do not tell, only the next start is judged. */
function refusalOf(pod: IstiodPod, object: CacertsObject | undefined, next: CacertsFacts, at: number): string | undefined {
  const { version, flags, name } = pod;
  const files = filesFromFacts(next);
  if (files === undefined) return `${name}: the new data are in a style of which nothing can be told.`;
  const old = object === undefined || pod.startedAt === undefined ? undefined : filesFromFacts(object.facts);
  const occasion = old === undefined ? 'start' : 'reload';
  const outcome = istiodOutcome({ version, flags, at, occasion, old: old ?? null, next: files });
  if (outcome.verdict !== 'accept') return `${name}: ${outcome.why ?? outcome.log?.text ?? outcome.verdict}`;
  if (outcome.acceptedAtReloadButCrashesAtStart) return `${name} would take it now and not start with it again.`;
  return outcome.leavesVerify ? undefined : `${name} would take it, and nobody could verify what it signs.`;
}
