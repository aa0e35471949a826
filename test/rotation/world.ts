import type { Failure } from '../../src/core/errors.ts';
import type { Observed } from '../../src/mesh/model.ts';
import type { Goal, Step } from '../../src/rotation/goal.ts';
import type { CaCluster, CacertsRecord, CaState, Intent, IntentObject, IstiodFlags } from '../../src/rotation/model.ts';
import { DAY, NOW } from '../pki/issue.ts';
import { Authority } from './world/authority.ts';
import { applyToMember } from './world/apply.ts';
import { Conflict } from './world/conflict.ts';
import { happen, LEAF_LIFE, type Leaves, type Member, nextEvent, rootOfFacts } from './world/mesh.ts';
import { cacertsFacts, CLUSTERS, contentIdOf, type Pool } from './world/pool.ts';

export interface WorldOptions {
  readonly clusters: number;
  readonly replicas: number;
  readonly flags: Omit<IstiodFlags, 'cacertsForSelfSigned'>;
  /** `1.30.3` where left out. */
  readonly version?: string;
}

const PROXIES = 4;
const AWAY: Failure = { reason: 'unreachable', message: 'Nothing answers' };

/** A mesh in memory: what is so, and what a look at it shows. Steps change it, and time does. */
export class World {
  now = NOW;
  readonly authority: Authority;
  readonly members: readonly Member[];
  readonly leaves: Leaves = new Map();
  intent: IntentObject | null = null;
  outcome: 'done' | 'aborted' | undefined;
  #version = 1000;

  constructor(pool: Pool, { clusters, replicas, flags, version = '1.30.3' }: WorldOptions) {
    const names = CLUSTERS.slice(0, clusters);
    this.authority = new Authority(pool, names, this.now);
    this.members = names.map((name) => this.#member(name, replicas, { ...flags, cacertsForSelfSigned: false }, version));
  }

  #member(name: string, replicas: number, flags: IstiodFlags, version: string): Member {
    const signer = this.authority.signer(name, 1);
    if (signer === undefined) throw new Error('a world begins with an intermediate for each cluster');
    const root = this.authority.root(1);
    const facts = cacertsFacts(signer.signing, root, [root]);
    const contentId = contentIdOf(facts);
    const past = this.now - 5 * DAY;
    const record: CacertsRecord = {
      source: signer.signing.fingerprint,
      writtenAt: past - 60_000,
      proved: { contentId, at: past },
      rootsSince: past,
      signerSince: past,
      hold: undefined,
      revoked: [],
    };
    this.leaves.set(root.fingerprint, this.now + LEAF_LIFE);
    return {
      name,
      version,
      flags,
      secret: { uid: `cacerts-${name}`, resourceVersion: (this.#version += 1), createdAt: past - 60_000, facts, contentId, record },
      backups: [],
      istiods: Array.from({ length: replicas }, (_, index) => ({
        name: `istiod-${index}`,
        uid: `${name}-istiod-${index}`,
        startedAt: past,
        startsAt: undefined,
        nudged: contentId,
        running: facts,
        projectsAt: undefined,
        deaf: false,
        restarts: 0,
      })),
      proxies: Array.from({ length: PROXIES }, (_, index) => ({
        root: root.fingerprint,
        trust: new Set([root.fingerprint]),
        renewAt: this.now + ((index + 1) * LEAF_LIFE) / 2 / PROXIES,
      })),
      published: facts.roots,
      publishesAt: undefined,
      reachable: true,
      slow: 0,
      turn: 0,
    };
  }

  member(name: string): Member {
    const found = this.members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  nextVersion(): number {
    return (this.#version += 1);
  }

  start(goal: Goal): void {
    const baseline = {
      signers: Object.fromEntries(this.members.map(({ name, secret }) => [name, secret.facts.signing[0]?.fingerprint ?? ''])),
      contents: Object.fromEntries(this.members.map(({ name, secret }) => [name, secret.contentId])),
      revision: 'cluster' in goal ? this.#sourceRevision(goal.cluster) : undefined,
      roots: [...new Set(this.members.flatMap(({ secret }) => secret.facts.roots.map(({ fingerprint }) => fingerprint)))],
      generation: 1,
      leafLifeMs: LEAF_LIFE,
    };
    const common = {
      id: 'abcd',
      goal,
      planHash: '',
      direction: 'forward',
      paused: false,
      startsAt: this.now,
      createdAt: this.now,
    } as const;
    this.intent = {
      uid: 'intent',
      resourceVersion: String(this.nextVersion()),
      intent: { ...common, by: 'ann', approvedBy: [], baseline, shownIn: undefined, agreed: [] },
    };
  }

  #sourceRevision(cluster: string): number | undefined {
    return this.authority.state().sources.find((source) => source.cluster === cluster)?.certificate?.revision;
  }

  steer(change: Partial<Pick<Intent, 'direction' | 'paused' | 'agreed'>>): void {
    if (this.intent === null) return;
    this.intent = { ...this.intent, resourceVersion: String(this.nextVersion()), intent: { ...this.intent.intent, ...change } };
  }

  /** Time passes, and with it what happens by itself; `check` is called after each such thing. */
  advance(ms: number, check: () => void): void {
    const end = this.now + ms;
    for (;;) {
      const at = Math.min(this.authority.nextEvent(), ...this.members.map(nextEvent));
      if (at > end) break;
      this.now = Math.max(this.now, at);
      this.authority.happen(this.now);
      for (const member of this.members) happen(member, this.leaves, this.now);
      check();
    }
    this.now = end;
  }

  /** @throws Conflict where the step rests on another state. */
  apply(step: Step): void {
    if ('cluster' in step) {
      if (step.kind !== 'createIntermediate') return applyToMember(this, this.member(step.cluster), step);
      this.authority.createIntermediate(step.cluster, step.generation, this.now);
      return;
    }
    switch (step.kind) {
      case 'closeIntent':
        return this.#close(step);
      case 'renew':
        return this.#renew(step);
      case 'createRoot':
        return this.authority.createRoot(step.generation, this.now);
      case 'createIssuer':
        return this.authority.createIssuer(step.generation);
      default:
        return this.authority.retire(step.generation);
    }
  }

  #renew({ certificate, expects }: Extract<Step, { readonly kind: 'renew' }>): void {
    if (expects?.resourceVersion !== String(this.authority.certificateVersion(certificate.name))) throw new Conflict('certificate');
    this.authority.renewByName(certificate.name, this.now);
  }

  #close(step: Extract<Step, { readonly kind: 'closeIntent' }>): void {
    if (this.intent === null) return;
    if (step.expects?.resourceVersion !== this.intent.resourceVersion) throw new Conflict('intent');
    this.intent = null;
    this.outcome = step.outcome;
  }

  look(): CaState {
    return {
      at: this.now,
      policy: {
        pinnedRoot: this.authority.root(1).fingerprint,
        leafLifeMs: LEAF_LIFE,
        proofWithinMs: 180_000,
        renewBeforeMs: 60 * DAY,
      },
      clusters: this.members.map((member, index) => this.#cluster(member, index === 0)),
      intent: { ok: true, value: this.intent },
      signer: { ok: true, value: this.authority.state() },
    };
  }

  #cluster(member: Member, isSigner: boolean): CaCluster {
    const { name, secret, istiods, reachable, version, flags } = member;
    const seen = <T>(value: T): Observed<T> => (reachable ? { ok: true, value } : { ok: false, failure: AWAY });
    const isProbed = secret.record.proved?.contentId !== secret.contentId;
    const { uid, createdAt, facts, contentId, record } = secret;
    return {
      identity: { name, network: name, roles: isSigner ? ['signer'] : ['edge'], gateway: undefined },
      api: seen({ gitVersion: 'v1.36.2', major: 1, minor: 36, latencyMs: 1 }),
      skewMs: seen(400),
      cacerts: seen({
        uid,
        resourceVersion: String(secret.resourceVersion),
        createdAt,
        immutable: false,
        facts,
        contentId,
        ownership: { kind: 'meshwarden', managers: [], application: undefined },
        record,
        keyInAnnotation: false,
      }),
      istiods: seen(
        istiods.map((pod) => {
          const { startedAt, running, nudged, restarts } = pod;
          const chain = running.chain;
          const leaf = running.signing[0] === undefined ? [] : [this.authority.leafOf(running.signing[0])];
          return {
            name: pod.name,
            uid: pod.uid,
            revision: 'default',
            ready: startedAt !== undefined,
            startedAt,
            restarts,
            lastExit: undefined,
            version,
            flags,
            nudged,
            served: isProbed && startedAt !== undefined ? { ok: true, value: { certificates: [...leaf, ...chain] } } : undefined,
          };
        }),
      ),
      published: seen([{ certificates: member.published, namespaces: 7 }]),
      backups: seen([...member.backups]),
      proxies: undefined,
    };
  }

  /** What is wrong with the trust of the mesh at this instant; empty: rule 1 holds. */
  brokenTrust(): readonly string[] {
    const live = [...this.leaves].filter(([, until]) => until > this.now).map(([root]) => root);
    const signing = this.members.flatMap(({ istiods }) => istiods.map(({ running }) => rootOfFacts(running)));
    const wanted = new Set([...live, ...signing]);
    return this.members.flatMap(({ name, proxies }) =>
      proxies.flatMap(({ trust }, index) =>
        [...wanted].filter((root) => !trust.has(root)).map((root) => `proxy ${index} of ${name} does not trust ${root.slice(0, 8)}`),
      ),
    );
  }
}
