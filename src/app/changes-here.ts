/** What the command line changes, in its own process: the same engine, Lease and holds as the service, and Redis where it is configured. */
import { approvalsFor, requirementsOf, type Requirements } from '../actions/changes.ts';
import { PATIENCE_MS } from '../actions/carry-out.ts';
import { standingOf } from '../actions/list-changes.ts';
import { advanceChange, distribute, planChange, startChange, steerChange } from '../changes/engine.ts';
import type { AuditEntry, AuditPort, BoardPort, ChangeView, EngineContext } from '../changes/ports.ts';
import type { ChangesHere } from '../cli/changes.ts';
import type { Config } from '../config/config.ts';
import { OperatorError } from '../core/errors.ts';
import type { ClusterPool } from '../k8s/clusters.ts';
import type { AuthorityTarget } from '../k8s/target.ts';
import { JOBS } from '../jobs/index.ts';
import { createJobQueue } from '../jobs/queue.ts';
import { createAudit } from '../store/audit.ts';
import { createBoard } from '../store/board.ts';
import { openRedisHere, type Reached } from './redis-here.ts';
import { canSign, newPlanId, openAuthority, openProposals, PURE_PARTS, record } from './changes.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';

export interface HereOptions {
  readonly config: Config;
  readonly target: AuthorityTarget;
  readonly pool: ClusterPool & { close(): Promise<void> };
  readonly machine: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
  readonly signal: AbortSignal;
}

export function openChangesHere({ config, target, pool, machine, signal }: HereOptions): ChangesHere {
  const { clock, log } = machine;
  const authority = openAuthority(config, target, pool, machine);
  const here = openRedisHere({ config, machine, signal });
  const board: BoardPort = {
    put: async (view) => {
      const there = await here.reached;
      if (there !== undefined) await createBoard<ChangeView>(there.redis).put(view);
    },
    get: async (id) => {
      const there = await here.reached;
      return there === undefined ? undefined : createBoard<ChangeView>(there.redis).get(id);
    },
  };
  const audit: AuditPort = {
    add: async (entry) => {
      const there = await here.reached;
      if (there !== undefined) await record(entry, config, there.redis);
    },
  };
  const engine = (progress: (text: string) => void): EngineContext => ({
    authority,
    ...PURE_PARTS,
    board,
    audit,
    clock,
    log,
    signal,
    progress,
  });
  const quiet = engine(() => undefined);
  const openPlans = async (what: string) => {
    const there = await here.need(what);
    if (!canSign(config)) throw withoutKey(what);
    return { there, plans: openProposals(config, there.redis, machine) };
  };
  return {
    needed: (goal) => approvalsFor(goal, config.approvals.needed),
    plan: (goal) => planChange(goal, quiet),
    start: ({ goal, plan, by }, progress) =>
      startChange(
        {
          id: newPlanId(machine),
          goal,
          planHash: plan.hash,
          by,
          startsAt: startOf(requirementsOf(goal, config.approvals.needed), clock.now()),
          shownIn: undefined,
          patienceMs: PATIENCE_MS,
          approvedBy: [{ user: by, at: clock.now() }],
        },
        engine(progress),
      ),
    distribute: (only, by, progress) => distribute({ only, by, patienceMs: PATIENCE_MS }, engine(progress)),
    advance: (progress) => advanceChange(engine(progress), { patienceMs: PATIENCE_MS }),
    async steer(request) {
      const { intent } = standingOf(await authority.look({ only: [], probe: 'none' }, signal));
      return steerChange({ ...request, id: intent?.id ?? 'none' }, quiet);
    },
    standing: async () => standingOf(await authority.look({ probe: 'none' }, signal)),
    async propose({ goal, plan, by }) {
      const { plans } = await openPlans('keep a plan that several people approve');
      const common = { id: newPlanId(machine), plan, by, ...requirementsOf(goal, config.approvals.needed) };
      return plans.create(common, clock.now());
    },
    async approve(id, by) {
      const { there, plans } = await openPlans('approve a plan');
      const approval = await plans.approve(id, { user: by, at: clock.now() });
      if (approval.state === 'enough') await submitCarryOut(id, there, machine);
      return approval;
    },
    async audit(limit) {
      const { redis } = await here.need('read who did what');
      return createAudit<AuditEntry>(redis).newest(limit);
    },
    async close() {
      here.close();
      await pool.close();
    },
  };
}

function startOf({ delayMs }: Requirements, now: number): number {
  return delayMs === 0 ? 0 : now + delayMs;
}

async function submitCarryOut(id: string, { redis, connections }: Reached, { clock, log }: HereOptions['machine']): Promise<void> {
  const queue = createJobQueue({ jobs: JOBS, prompt: redis, blocking: connections.open('blocking'), clock, log });
  try {
    await queue.submit('carry-out', { proposal: id });
  } finally {
    await queue.close();
  }
}

function withoutKey(what: string): OperatorError {
  return new OperatorError({
    reason: 'invalid',
    what: `Cannot ${what}`,
    where: 'configuration, section approvals',
    why: 'there is neither a key to sign approvals with nor a bot token to make one from',
    next: 'Set approvals.keyFile, the same on every machine that runs meshwarden.',
  });
}
