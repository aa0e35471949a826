import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { Secret as OtpSecret, TOTP } from 'otpauth';
import { z } from 'zod';
import { HOUR, MINUTE, SECOND } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { Goal, type ChangePlan } from '../rotation/goal.ts';
import { throughRedis } from './connection.ts';
import { KEYS } from './keys.ts';
import { parseKept } from './parse.ts';

/** How long a plan waits for approval, in milliseconds. */
export const APPROVAL_MS = 15 * MINUTE;
/** How long it is still known afterwards, so that a late press is told what happened. */
const REMEMBERED_MS = HOUR;
/** A plan that enough people approved is carried out so soon after its end at the latest, in milliseconds: a worker may have been away for a moment. */
const GRACE_MS = 5 * MINUTE;
/** So many wrong codes of a user in a quarter of an hour, and no more are looked at. */
const MOST_WRONG = 5;
/** RFC 6238: a code is good for one step, and here for the one before and after, since clocks differ. */
const STEP_MS = 30 * SECOND;
const WINDOW = 1;

/** What a plan is proposed with. */
export interface ProposalInit {
  readonly id: string;
  readonly plan: ChangePlan;
  readonly by: string;
  readonly needed: number;
  readonly secondFactor: boolean;
  readonly delayMs: number;
}

/** A plan that waits for approval. */
export interface KeptProposal extends ProposalInit {
  /** UTC milliseconds. */
  readonly expiresAt: number;
  /** Those whose signature is right. */
  readonly approvals: readonly { readonly user: string; readonly at: number }[];
  /** `used`: enough people approved it. */
  readonly state: 'open' | 'cancelled' | 'used';
}

export interface ApprovalResult {
  readonly state: 'recorded' | 'enough' | 'already' | 'expired' | 'cancelled' | 'unknown';
  readonly have: number;
  readonly need: number;
}

export interface ProposalStore {
  create(proposal: ProposalInit, now: number): Promise<KeptProposal>;
  get(id: string): Promise<KeptProposal | undefined>;
  approve(id: string, approval: { readonly user: string; readonly at: number }): Promise<ApprovalResult>;
  cancel(id: string): Promise<boolean>;
  /** True where the one-time code is right for this user, now, and was not used before. */
  secondFactor(id: string, user: string, code: string): Promise<boolean>;
  /** For whoever carries it out: once, or again by the same taker. Undefined where it is not approved by enough people, or somebody else has it. */
  take(id: string, taker: string): Promise<KeptProposal | undefined>;
}

export interface ProposalOptions {
  readonly redis: Redis | Cluster;
  /** What approvals are signed with: whoever can write to Redis alone must not be able to approve. */
  readonly key: Secret;
  /** Secrets of authenticators by Discord user id. */
  readonly totp: ReadonlyMap<string, Secret>;
  readonly now: () => number;
}

const CREATE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'expiresAt', ARGV[2], 'state', 'open')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

const APPROVE = `
local body = redis.call('HGET', KEYS[1], 'body')
if not body then return {'unknown', 0} end
local state = redis.call('HGET', KEYS[1], 'state')
local have = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 9) == 'approval:' then have = have + 1 end
end
if state == 'cancelled' then return {'cancelled', have} end
if redis.call('HEXISTS', KEYS[1], 'approval:' .. ARGV[1]) == 1 or state == 'used' then return {'already', have} end
if tonumber(ARGV[3]) > tonumber(redis.call('HGET', KEYS[1], 'expiresAt')) then return {'expired', have} end
redis.call('HSET', KEYS[1], 'approval:' .. ARGV[1], ARGV[2])
have = have + 1
if have < tonumber(ARGV[4]) then return {'recorded', have} end
redis.call('HSET', KEYS[1], 'state', 'used')
return {'enough', have}`;

const CANCEL = `
if redis.call('HGET', KEYS[1], 'state') ~= 'open' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'cancelled')
return 1`;

const TAKE = `
if redis.call('HGET', KEYS[1], 'state') ~= 'used' then return 0 end
local taker = redis.call('HGET', KEYS[1], 'taker')
if taker then return taker == ARGV[1] and 1 or 0 end
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[1], 'expiresAt')) + tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'taker', ARGV[1])
return 1`;

/** Plans that wait for approval, in Redis. Each approval is signed over the plan's id and hash, its user and its end. */
export function createProposals(options: ProposalOptions): ProposalStore {
  const { redis, now } = options;
  const get = async (id: string): Promise<KeptProposal | undefined> => {
    const fields = await throughRedis('Cannot read a plan', () => redis.hgetall(KEYS.proposals + id));
    return readProposal(fields, options);
  };
  return {
    get,
    async create(proposal, at) {
      const key = KEYS.proposals + proposal.id;
      const expiresAt = at + APPROVAL_MS;
      const body = JSON.stringify(proposal);
      const created = await throughRedis('Cannot keep a plan', () =>
        redis.eval(CREATE, 1, key, body, expiresAt, APPROVAL_MS + REMEMBERED_MS),
      );
      if (created !== 1) throw idTaken(proposal.id);
      return { ...proposal, expiresAt, approvals: [], state: 'open' };
    },
    async approve(id, { user, at }) {
      const proposal = await get(id);
      if (proposal === undefined) return { state: 'unknown', have: 0, need: 0 };
      const { needed, expiresAt, plan } = proposal;
      const value = JSON.stringify({ at, signature: sign(options.key, { id, hash: plan.hash, user, expiresAt }) });
      const answer = await throughRedis('Cannot keep an approval', () =>
        redis.eval(APPROVE, 1, KEYS.proposals + id, user, value, now(), needed),
      );
      const [state, have] = answer as [ApprovalResult['state'], number];
      return { state, have, need: needed };
    },
    async cancel(id) {
      return (await throughRedis('Cannot cancel a plan', () => redis.eval(CANCEL, 1, KEYS.proposals + id))) === 1;
    },
    secondFactor: (_id, user, code) => checkCode(user, code, options),
    async take(id, taker) {
      const taken = await throughRedis('Cannot take a plan', () => redis.eval(TAKE, 1, KEYS.proposals + id, taker, now(), GRACE_MS));
      const proposal = taken === 1 ? await get(id) : undefined;
      return proposal !== undefined && proposal.approvals.length >= proposal.needed ? proposal : undefined;
    },
  };
}

const lines = z.array(z.string());

/** JSON leaves out what is undefined, and a plan has it. */
const Step = z
  .object({
    key: z.string(),
    title: z.string(),
    risk: z.string().optional(),
    waitsMs: z.number().optional(),
    state: z.enum(['todo', 'now', 'done']),
  })
  .transform(({ risk, waitsMs, ...step }) => ({ ...step, risk, waitsMs }));

const Body = z.object({
  id: z.string(),
  plan: z.object({
    goal: Goal,
    title: z.string(),
    now: lines,
    then: lines,
    steps: z.array(Step),
    remarks: lines,
    waived: lines,
    hash: z.string(),
  }),
  by: z.string(),
  needed: z.int().min(1),
  secondFactor: z.boolean(),
  delayMs: z.number(),
});

const Approval = z.object({ at: z.number(), signature: z.string() });

/** Approvals whose signature is not ours count for nothing. */
function readProposal(fields: Readonly<Record<string, string>>, { key }: ProposalOptions): KeptProposal | undefined {
  const init = parseKept(Body, fields['body'] ?? null);
  if (init === undefined) return undefined;
  const expiresAt = Number(fields['expiresAt']);
  const approvals = Object.entries(fields).flatMap(([field, text]) => {
    if (!field.startsWith('approval:')) return [];
    const user = field.slice('approval:'.length);
    const kept = parseKept(Approval, text);
    if (kept === undefined) return [];
    const { at, signature } = kept;
    const wanted = sign(key, { id: init.id, hash: init.plan.hash, user, expiresAt });
    return equal(signature, wanted) ? [{ user, at }] : [];
  });
  const state = fields['state'] === 'used' || fields['state'] === 'cancelled' ? fields['state'] : 'open';
  return { ...init, expiresAt, approvals: approvals.toSorted((a, b) => a.at - b.at || (a.user < b.user ? -1 : 1)), state };
}

interface Signed {
  readonly id: string;
  readonly hash: string;
  readonly user: string;
  readonly expiresAt: number;
}

function sign(key: Secret, { id, hash, user, expiresAt }: Signed): string {
  return createHmac('sha256', key.reveal())
    .update(JSON.stringify([id, hash, user, expiresAt]))
    .digest('base64url');
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const COUNT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

/** One code in a million is right, so guesses are counted. */
async function checkCode(user: string, code: string, { redis, totp, now }: ProposalOptions): Promise<boolean> {
  const secret = totp.get(user);
  if (secret === undefined || !/^\d{6}$/.test(code)) return false;
  const wrongKey = `${KEYS.wrongCodes}${user}`;
  const wrong = Number((await throughRedis('Cannot count codes', () => redis.get(wrongKey))) ?? 0);
  if (wrong >= MOST_WRONG) return false;
  const timestamp = now();
  const delta = new TOTP({ secret: OtpSecret.fromBase32(secret.reveal()) }).validate({ token: code, timestamp, window: WINDOW });
  if (delta === null) {
    await throughRedis('Cannot count codes', () => redis.eval(COUNT, 1, wrongKey, APPROVAL_MS));
    return false;
  }
  const step = Math.floor(timestamp / STEP_MS) + delta;
  const key = `${KEYS.codes}${user}:${step}`;
  return (await throughRedis('Cannot note a code', () => redis.set(key, '', 'PX', STEP_MS * (2 * WINDOW + 2), 'NX'))) === 'OK';
}

function idTaken(id: string): OperatorError {
  return new OperatorError({
    reason: 'conflict',
    what: 'Cannot keep a plan',
    why: `another one has the id ${id}`,
    next: 'Ask for it again: it gets another id.',
  });
}
