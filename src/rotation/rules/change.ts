/** What a step would make of a `cacerts`, worked out from the state alone. */
import type { CacertsFacts } from '../../pki/cacerts.ts';
import { type Certificate, printCertificates } from '../../pki/certificate.ts';
import { sha256 } from '../../pki/fingerprint.ts';
import type { Step } from '../goal.ts';
import type { CaCluster, CacertsObject, CaState } from '../model.ts';
import { findCluster, type RuleCase } from './case.ts';

/** A write of certificates, keys or roots. Notes beside the data are none. */
export type DataStep = Extract<Step, { readonly kind: 'write' | 'writeRoots' | 'restore' }>;

export interface Change {
  readonly kind: 'known';
  readonly step: DataStep;
  readonly cluster: CaCluster;
  readonly before: CacertsObject | null;
  readonly after: CacertsFacts;
}

export type Changed = Change | { readonly kind: 'unknown'; readonly why: string } | { readonly kind: 'none' };

const ROOTS = 'root-cert.pem';

/** Total: a step that writes no data gives `none`, one whose effect the state does not tell `unknown`. */
export function changeOf({ state, step }: RuleCase): Changed {
  if (step.kind !== 'write' && step.kind !== 'writeRoots' && step.kind !== 'restore') return { kind: 'none' };
  const cluster = findCluster(state, step.cluster);
  if (cluster === undefined) return unknown(`There is no cluster ${step.cluster}.`);
  if (!cluster.cacerts.ok) return unknown(`The cacerts of ${step.cluster} could not be looked at.`);
  const before = cluster.cacerts.value;
  const after = afterOf(step, { state, cluster, before });
  return typeof after === 'string' ? unknown(after) : { kind: 'known', step, cluster, before, after };
}

interface Present {
  readonly state: CaState;
  readonly cluster: CaCluster;
  readonly before: CacertsObject | null;
}

/** The facts, or why they cannot be told. */
function afterOf(step: DataStep, present: Present): CacertsFacts | string {
  if (step.kind === 'restore') {
    const { backups } = present.cluster;
    const backup = backups.ok ? backups.value.find(({ name }) => name === step.backup) : undefined;
    return backup?.contentId === step.contentId ? backup.facts : `The copy ${step.backup} was not seen as it is to be put back.`;
  }
  if (step.kind === 'writeRoots') {
    return present.before === null
      ? 'There is no cacerts whose roots could be changed.'
      : withRoots(present.before.facts, step.roots, present.state);
  }
  return ofSource(step, present);
}

function ofSource({ source, roots, crl }: Extract<Step, { readonly kind: 'write' }>, { state, before }: Present): CacertsFacts | string {
  const sources = state.signer.ok ? state.signer.value.sources : [];
  const found = sources.flatMap(({ secret }) => (secret.ok && secret.value !== null ? [secret.value] : []));
  const secret = found.find(({ namespace, name }) => namespace === source.namespace && name === source.name);
  if (secret?.assembly.ok !== true) return `The source ${source.namespace}/${source.name} was not seen, or gives no cacerts.`;
  const { facts } = secret.assembly;
  const full = crl === undefined ? facts : { ...facts, keys: [...facts.keys, 'ca-crl.pem'].toSorted() };
  if (roots !== 'keep') return withRoots(full, roots, state);
  if (before?.facts.rootBytesSha256 === undefined) return 'There are no roots that could be kept.';
  const remarks = [...full.remarks.filter(({ key }) => key !== ROOTS), ...before.facts.remarks.filter(({ key }) => key === ROOTS)];
  return { ...full, roots: before.facts.roots, rootBytesSha256: before.facts.rootBytesSha256, remarks };
}

function withRoots(facts: CacertsFacts, fingerprints: readonly string[], state: CaState): CacertsFacts | string {
  const known = new Map(everyRoot(state).map((root) => [root.fingerprint, root]));
  const roots = fingerprints.flatMap((fingerprint) => known.get(fingerprint) ?? []);
  if (roots.length !== fingerprints.length || roots.length === 0) return 'A root that is to be written was not seen anywhere.';
  const clean = <T extends { readonly key: string }>(notes: readonly T[]) => notes.filter(({ key }) => key !== ROOTS);
  const rootBytesSha256 = sha256(Buffer.from(printCertificates(roots)));
  const keys = [...new Set([...facts.keys, ROOTS])].toSorted();
  return { ...facts, keys, roots, rootBytesSha256, faults: clean(facts.faults), remarks: clean(facts.remarks) };
}

function everyRoot({ clusters, signer }: CaState): readonly Certificate[] {
  const inClusters = clusters.flatMap(({ cacerts, backups }) => [
    ...(cacerts.ok && cacerts.value !== null ? cacerts.value.facts.roots : []),
    ...(backups.ok ? backups.value.flatMap(({ facts }) => facts.roots) : []),
  ]);
  const sources = signer.ok ? signer.value.sources : [];
  const inSources = sources.flatMap(({ secret }) => (secret.ok && secret.value?.assembly.ok === true ? secret.value.assembly.roots : []));
  return [...inClusters, ...inSources];
}

function unknown(why: string): Changed {
  return { kind: 'unknown', why };
}
