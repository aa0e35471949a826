import type { Expected, Step } from '../goal.ts';
import type { CaState } from '../model.ts';
import { findCluster, type RuleCase, valueOf } from './case.ts';

interface Versioned {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Every write names the uid and resourceVersion of what was seen, and of the source that it reads. */
export function writesRestOnWhatWasSeen({ state, step }: RuleCase): readonly string[] {
  return [...onObject(state, step), ...onSource(state, step), ...onContent(state, step)];
}

function onObject(state: CaState, step: Step): readonly string[] {
  if (!('expects' in step)) return [];
  const seen = seenBy(state, step);
  if (seen === undefined) return ['What this write rests on could not be looked at.'];
  return isSame(step.expects, seen) ? [] : ['This write rests on another state than the one that was seen.'];
}

/** Null: it is not there. */
function seenBy(state: CaState, step: Extract<Step, { readonly expects: Expected }>): Versioned | null | undefined {
  if (step.kind === 'closeIntent') return valueOf(state.intent);
  if (step.kind === 'renew') {
    const { namespace, name } = step.certificate;
    return valueOf(state.signer)?.sources.find(({ object }) => object.namespace === namespace && object.name === name)?.certificate;
  }
  const cluster = findCluster(state, step.cluster);
  if (cluster === undefined) return undefined;
  if (step.kind !== 'archiveBackup' && step.kind !== 'deleteBackup') return valueOf(cluster.cacerts);
  const backups = valueOf(cluster.backups);
  return backups === undefined ? undefined : (backups.find(({ name }) => name === step.backup) ?? null);
}

function isSame(expected: Expected, seen: Versioned | null): boolean {
  if (expected === null || seen === null) return expected === seen;
  return expected.uid === seen.uid && expected.resourceVersion === seen.resourceVersion;
}

function onSource(state: CaState, step: Step): readonly string[] {
  if (step.kind !== 'write') return [];
  const { source, fingerprint } = step;
  const secrets = valueOf(state.signer)?.sources.flatMap(({ secret }) => valueOf(secret) ?? []) ?? [];
  const seen = secrets.find(({ namespace, name }) => namespace === source.namespace && name === source.name);
  if (seen === undefined) return [`The source ${source.namespace}/${source.name} was not seen.`];
  const same = isSame(source, seen) && seen.assembly.ok && seen.assembly.signing.fingerprint === fingerprint;
  return same ? [] : ['The source is not the one that was seen.'];
}

function onContent(state: CaState, step: Step): readonly string[] {
  if (step.kind !== 'markProved' && step.kind !== 'backup') return [];
  const object = valueOf(findCluster(state, step.cluster)?.cacerts ?? { ok: true, value: null });
  return object?.contentId === step.contentId ? [] : ['It speaks of other data than those that were seen.'];
}
