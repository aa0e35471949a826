/** A new generation: root, issuer and an intermediate for each cluster, then the wait until cert-manager issued them and every clock has reached them. */
import { utc } from '../../mesh/wording.ts';
import { crossCheckCacerts } from '../../pki/cross-check-cacerts.ts';
import type { Decision, Step } from '../goal.ts';
import { goodSecretOf, type GoodSource } from '../look.ts';
import { marginOf, shownMargin } from '../margin.ts';
import type { CaCluster, CaSource, Generation } from '../model.ts';
import type { Course } from './course.ts';
import { generationOf, sourceOf } from './course.ts';
import { badSource, notIssued } from './findings.ts';

/** Undefined: it is there and fit to be published everywhere. */
export function issueGeneration(course: Course): Decision | undefined {
  return createMissing(course) ?? waitForIssue(course) ?? refuseUnfit(course);
}

function createMissing(course: Course): Decision | undefined {
  const generation = course.new;
  const there = generationOf(course, generation);
  const g = `g${generation}`;
  const create = (step: Step, says: string): Decision => ({ kind: 'step', step, says });
  if (there === undefined || there.certificate === null) return create({ kind: 'createRoot', generation }, `create the root ${g}`);
  if (there.issuer === null) return create({ kind: 'createIssuer', generation }, `create the issuer ${there.issuerName}`);
  const missing = course.state.clusters.find(({ identity }) => (sourceOf(course, identity.name, generation)?.certificate ?? null) === null);
  if (missing === undefined) return undefined;
  const { name } = missing.identity;
  return create({ kind: 'createIntermediate', cluster: name, generation }, `request the intermediate ${g} of ${name}`);
}

function waitForIssue(course: Course): Decision | undefined {
  const root = generationOf(course, course.new)?.certificate ?? undefined;
  const sources = course.state.clusters.flatMap(({ identity }) => sourceOf(course, identity.name, course.new) ?? []);
  const failed = [root, ...sources.map(({ certificate }) => certificate ?? undefined)].find((one) => (one?.failedAttempts ?? 0) > 0);
  const pending = sources.find((source) => !isIssued(source));
  if (pending === undefined) return undefined;
  if (failed !== undefined) {
    const facts = failed.conditions.flatMap(({ reason, message }) =>
      message === undefined ? [] : [`${reason ?? 'Condition'}: ${message}`],
    );
    return { kind: 'stuck', findings: [notIssued(`${failed.namespace}/${failed.name}`, facts)] };
  }
  const says = `cert-manager issues the intermediate g${course.new} of ${pending.cluster}`;
  return { kind: 'wait', says, until: undefined, deadline: undefined };
}

function isIssued({ certificate, secret }: CaSource): boolean {
  const ready = certificate?.conditions.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && secret.ok && secret.value !== null;
}

function refuseUnfit(course: Course): Decision | undefined {
  for (const cluster of course.state.clusters) {
    const fit = fitSource(course, cluster, course.new);
    if (fit.kind !== 'fit') return fit.decision;
  }
  return undefined;
}

export type Fit = { readonly kind: 'fit'; readonly source: GoodSource } | { readonly kind: 'unfit'; readonly decision: Decision };

/** The source of a cluster in a generation, where it may be published now. */
export function fitSource(course: Course, cluster: CaCluster, generation: Generation): Fit {
  const { name } = cluster.identity;
  const source = sourceOf(course, name, generation);
  const good = source === undefined ? undefined : goodSecretOf(source);
  if (source === undefined || good === undefined) {
    const object = source?.object ?? { namespace: '', name: `the intermediate g${generation} of ${name}` };
    return unfit({ kind: 'stuck', findings: [badSource(cluster, { object }, source === undefined ? [] : faultsOf(source))] });
  }
  const { path, facts } = good.assembly;
  const margin = marginOf(course.state);
  const from = Math.max(...path.map(({ notBefore }) => notBefore)) + margin.ms;
  if (course.now < from) {
    const says = `the certificates g${generation} are too fresh for the other clocks before ${utc(from)}: margin ${shownMargin(margin)}`;
    return unfit({ kind: 'wait', says, until: from, deadline: undefined });
  }
  const options = { now: course.now, skewMs: margin.ms, promotion: { renewBeforeMs: course.state.policy.renewBeforeMs } };
  const faults = [...crossCheckCacerts(facts, options).map(({ text }) => text), ...sharedKey(course, name, good)];
  if (faults.length > 0) return unfit({ kind: 'stuck', findings: [badSource(cluster, source, faults)] });
  return { kind: 'fit', source: good };
}

function unfit(decision: Decision): Fit {
  return { kind: 'unfit', decision };
}

function faultsOf({ secret, certificate }: CaSource): readonly string[] {
  if (!secret.ok) return [secret.failure.message];
  if (certificate === null) return ['There is no such Certificate.'];
  if (secret.value === null) return ['Its Secret is not there.'];
  return secret.value.assembly.ok ? [] : secret.value.assembly.faults.map(({ text }) => text);
}

/** One key is never in two clusters. */
function sharedKey(course: Course, name: string, { assembly }: GoodSource): readonly string[] {
  const key = assembly.signing.publicKeyFingerprint;
  return course.positions
    .filter((other) => other.name !== name && other.object.facts.key?.publicKeyFingerprint === key)
    .map((other) => `Its key is that of ${other.name}.`);
}
