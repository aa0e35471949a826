/** Joins the engine with the clusters, Redis and the rules. */
import { hkdfSync } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { ChangeServices } from '../actions/changes.ts';
import type { Notice } from '../actions/notice.ts';
import { createOnce } from '../actions/once.ts';
import type { AuditEntry, AuthorityPort, ChangeView, EngineContext } from '../changes/ports.ts';
import type { Config } from '../config/config.ts';
import { Secret } from '../core/secret.ts';
import type { Clock } from '../core/clock.ts';
import { DAY } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import { createAuthorityPort } from '../k8s/ca/authority.ts';
import type { ClusterPool } from '../k8s/clusters.ts';
import type { AuthorityTarget } from '../k8s/target.ts';
import { plannerOf } from '../rotation/index.ts';
import { violations } from '../rotation/rules/index.ts';
import { oneHolder } from './one-holder.ts';
import { createAudit } from '../store/audit.ts';
import { createBoard } from '../store/board.ts';
import { KEYS } from '../store/keys.ts';
import { createProblemHistory } from '../store/memory.ts';
import { createOutbox } from '../store/outbox.ts';
import { createProposals, type ProposalStore } from '../store/proposals.ts';

interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** A certificate has at least so much life left when it is published, unless its Certificate says more. */
const RENEW_BEFORE_MS = 60 * DAY;
const HOLDER_LENGTH = 10;
/** People read it and type it: the store takes no id twice. */
const PLAN_ID_LENGTH = 4;
const KEY_BYTES = 32;

/** The authority in the clusters of a configuration. */
export function openAuthority(config: Config, target: AuthorityTarget, pool: ClusterPool, machine: Machine): AuthorityPort {
  const { authority, mesh } = config;
  const port = createAuthorityPort({
    members: pool.members,
    signer: pool.members.find(({ identity }) => identity.roles.includes('signer')),
    target,
    istioNamespace: mesh.istioNamespace,
    policy: {
      pinnedRoot: authority.rootFingerprint,
      leafLifeMs: authority.leafLife,
      proofWithinMs: authority.proofWithin,
      renewBeforeMs: RENEW_BEFORE_MS,
    },
    holder: `meshwarden-${machine.random.id(HOLDER_LENGTH)}`,
    ...machine,
  });
  return { ...port, lease: oneHolder((signal) => port.lease(signal)) };
}

/** A new id for a plan. */
export function newPlanId({ random }: Pick<Machine, 'random'>): string {
  return random.id(PLAN_ID_LENGTH);
}

/** What the planners and rules are, for an engine. */
export const PURE_PARTS = { plannerOf, violations } satisfies Pick<EngineContext, 'plannerOf' | 'violations'>;

/** Whether approvals are signed with a key that other processes have too. */
export function canSign({ approvals, discord }: Config): boolean {
  return approvals.key !== undefined || discord?.token !== undefined;
}

/** Plans that wait for approval, as bot, worker and command line see them. */
export function openProposals(config: Config, redis: Redis | Cluster, { clock, random, log }: Machine): ProposalStore {
  const { approvals, discord } = config;
  const given = approvals.key ?? (discord?.token === undefined ? undefined : keyFrom(discord.token));
  if (given === undefined)
    log.warn({ component: 'changes' }, 'no approval counts: there is neither approvals.keyFile nor a bot token to sign them with');
  const key = given ?? new Secret(random.id(KEY_BYTES));
  return createProposals({ redis, key, totp: approvals.totp, now: () => clock.now() });
}

/** A key of its own that whoever knows the bot token can make, and that does not tell the token. */
function keyFrom(token: Secret): Secret {
  return token.map((value) => Buffer.from(hkdfSync('sha256', value, '', 'meshwarden approvals', KEY_BYTES)).toString('base64url'));
}

/** Everything that actions need to change something. */
export function openChangeServices(config: Config, authority: AuthorityPort, redis: Redis | Cluster, machine: Machine): ChangeServices {
  const board = createBoard<ChangeView>(redis);
  const audit = createAudit<AuditEntry>(redis);
  return {
    engine: { authority, ...PURE_PARTS, board, audit: { add: (entry) => record(entry, config, redis) } },
    proposals: openProposals(config, redis, machine),
    audit,
    board,
    once: createOnce(),
    refusals: createProblemHistory(redis, KEYS.refusals),
    newId: () => newPlanId(machine),
    needed: config.approvals.needed,
  };
}

/** What would fill the channel: it stays in the record. */
const QUIET: ReadonlySet<string> = new Set(['step', 'progress']);

/** Into the record, and as a line into the channel of the audit where there is one. Single steps stay in the record. */
export async function record(entry: AuditEntry, { discord }: Config, redis: Redis | Cluster): Promise<void> {
  await createAudit<AuditEntry>(redis).add(entry);
  if (discord?.channels.audit === undefined || QUIET.has(entry.what)) return;
  const id = `audit.${entry.at}.${entry.change}.${entry.what}.${entry.who}`;
  await createOutbox<Notice>(redis).add({ kind: 'audit', id, entry }, entry.at);
}
