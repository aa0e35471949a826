import { sameBundle } from '../../../src/pki/bundle.ts';
import type { CacertsFacts } from '../../../src/pki/cacerts.ts';
import type { Certificate } from '../../../src/pki/certificate.ts';
import type { Step } from '../../../src/rotation/goal.ts';
import type { Authority } from './authority.ts';
import { Conflict } from './conflict.ts';
import { type Member, rollIstiods, wasNudged, wasWritten } from './mesh.ts';
import { cacertsFacts, contentIdOf } from './pool.ts';

type MemberStep = Exclude<Extract<Step, { readonly cluster: string }>, { readonly kind: 'createIntermediate' }>;
/** What a write needs besides the cluster it goes to. */
interface Surroundings {
  readonly now: number;
  readonly authority: Authority;
  nextVersion(): number;
}

type Of<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/** One step in a cluster, with the conflicts of the real one. */
export function applyToMember(world: Surroundings, member: Member, step: MemberStep): void {
  if (!member.reachable) throw new Conflict('nothing answers');
  const { secret } = member;
  const isOnSecret = 'expects' in step && step.kind !== 'archiveBackup' && step.kind !== 'deleteBackup';
  if (isOnSecret && (step.expects?.uid !== secret.uid || step.expects.resourceVersion !== String(secret.resourceVersion))) {
    throw new Conflict('cacerts');
  }
  if (isContent(step)) writeContent(world, member, step);
  else writeMark(world, member, step);
}

type ContentStep = Extract<MemberStep, { readonly kind: 'backup' | 'write' | 'writeRoots' | 'restore' }>;

function isContent(step: MemberStep): step is ContentStep {
  return ['backup', 'write', 'writeRoots', 'restore'].includes(step.kind);
}

function writeContent(world: Surroundings, member: Member, step: ContentStep): void {
  switch (step.kind) {
    case 'backup':
      return backup(world, member, step);
    case 'write':
      return write(world, member, step);
    case 'restore':
      return restore(world, member, step);
    default:
      return put(world, member, withRoots(world, member, step.roots));
  }
}

function writeMark(world: Surroundings, member: Member, step: Exclude<MemberStep, ContentStep>): void {
  const { now } = world;
  switch (step.kind) {
    case 'nudge':
      return wasNudged(member, step.pods, step.contentId, now);
    case 'markProved': {
      const { contentId, rootsSince, signerSince } = step;
      return mark(world, member, { proved: { contentId, at: now }, rootsSince, signerSince });
    }
    case 'hold':
      return mark(world, member, { hold: { fingerprint: step.fingerprint, why: step.why, at: now } });
    case 'releaseHold':
      return mark(world, member, { hold: undefined });
    case 'archiveBackup':
    case 'deleteBackup':
      return tidy(member, step, now);
    default:
      if (member.istiods.some(({ startedAt }) => startedAt === undefined)) throw new Conflict('it is being rolled out already');
      return rollIstiods(member, now);
  }
}

function mark(world: Surroundings, { secret }: Member, changes: Partial<Member['secret']['record']>): void {
  secret.resourceVersion = world.nextVersion();
  secret.record = { ...secret.record, ...changes };
}

function backup(world: Surroundings, member: Member, { takenFor }: Of<'backup'>): void {
  const { contentId, facts } = member.secret;
  const name = `cacerts-backup-${contentId.slice(0, 10)}`;
  const rest = member.backups.filter((one) => one.name !== name);
  const resourceVersion = String(world.nextVersion());
  member.backups = [...rest, { name, uid: name, resourceVersion, contentId, facts, takenAt: world.now, takenFor, archivedAt: undefined }];
}

function write(world: Surroundings, member: Member, step: Of<'write'>): void {
  const source = world.authority.state().sources.find(({ object }) => object.name === step.source.name);
  const secret = source?.secret.ok === true ? source.secret.value : null;
  if (secret === null || secret.resourceVersion !== step.source.resourceVersion || !secret.assembly.ok) throw new Conflict('source');
  const { signing, path } = secret.assembly;
  const root = path.at(-1);
  if (signing.fingerprint !== step.fingerprint || root === undefined) throw new Conflict('source');
  const roots = step.roots === 'keep' ? member.secret.facts.roots : step.roots.map((one) => known(world, one));
  mark(world, member, {
    source: step.fingerprint,
    hold: undefined,
    revoked: [...new Set([...member.secret.record.revoked, ...(step.revoke ?? [])])],
  });
  put(world, member, cacertsFacts(signing, root, roots));
}

function known(world: Surroundings, fingerprint: string): Certificate {
  const root = [1, 2].map((generation) => world.authority.root(generation)).find((one) => one.fingerprint === fingerprint);
  if (root === undefined) throw new Conflict('no source holds this root');
  return root;
}

function withRoots(world: Surroundings, { secret: { facts } }: Member, roots: readonly string[]): CacertsFacts {
  const [signing, root] = facts.chain;
  if (signing === undefined || root === undefined) throw new Error('a world has whole chains');
  return cacertsFacts(
    signing,
    root,
    roots.map((one) => known(world, one)),
  );
}

function put(world: Surroundings, member: Member, facts: CacertsFacts): void {
  const { secret } = member;
  const contentId = contentIdOf(facts);
  if (contentId === secret.contentId) return;
  const { record } = secret;
  const sameRoots = sameBundle(facts.roots, secret.facts.roots);
  const sameSigner = facts.signing[0]?.fingerprint === secret.facts.signing[0]?.fingerprint;
  secret.record = {
    ...record,
    writtenAt: world.now,
    rootsSince: sameRoots ? record.rootsSince : undefined,
    signerSince: sameSigner ? record.signerSince : undefined,
    proved: record.proved?.contentId === contentId ? undefined : record.proved,
  };
  secret.resourceVersion = world.nextVersion();
  secret.facts = facts;
  secret.contentId = contentId;
  wasWritten(member, world.now);
}

function restore(world: Surroundings, member: Member, { backup: name, contentId, hold }: Of<'restore'>): void {
  const copy = member.backups.find((one) => one.name === name && one.contentId === contentId);
  if (copy === undefined) throw new Conflict('backup');
  const { secret } = member;
  secret.resourceVersion = world.nextVersion();
  secret.facts = copy.facts;
  secret.contentId = contentId;
  secret.record = {
    ...secret.record,
    source: copy.facts.signing[0]?.fingerprint,
    writtenAt: world.now,
    proved: undefined,
    rootsSince: undefined,
    signerSince: undefined,
    ...(hold === undefined ? {} : { hold: { ...hold, at: world.now } }),
  };
  wasWritten(member, world.now);
}

function tidy(member: Member, { kind, backup: name, expects }: Of<'archiveBackup' | 'deleteBackup'>, now: number): void {
  const copy = member.backups.find((one) => one.name === name);
  if (copy === undefined || copy.resourceVersion !== expects?.resourceVersion) throw new Conflict('backup');
  const rest = member.backups.filter((one) => one !== copy);
  member.backups = kind === 'deleteBackup' ? rest : [...rest, { ...copy, archivedAt: now }];
}
