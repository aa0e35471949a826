/** The bot as it runs: real discord.js against the double, real BullMQ on a real Redis, and jobs that end when the test says so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { LabClock } from '../../lab/clock.ts';
import type { LabDiscord, LabDiscordOptions } from '../../lab/discord/index.ts';
import { startRedis, type LabRedis } from '../../lab/redis.ts';
import type { ServiceContext } from '../../src/actions/action.ts';
import type { IncidentBoard } from '../../src/actions/alerts.ts';
import type { AlertState } from '../../src/alerts/model.ts';
import { ackAlert } from '../../src/actions/ack-alert.ts';
import { advanceChanges } from '../../src/actions/advance-changes.ts';
import { auditLog } from '../../src/actions/audit-log.ts';
import { carryOut } from '../../src/actions/carry-out.ts';
import type { ChangeContext } from '../../src/actions/changes.ts';
import { distributeCacerts } from '../../src/actions/distribute-cacerts.ts';
import { listAlerts } from '../../src/actions/list-alerts.ts';
import { listChanges } from '../../src/actions/list-changes.ts';
import type { Notice } from '../../src/actions/notice.ts';
import { planChange } from '../../src/actions/plan-change.ts';
import { probeLink } from '../../src/actions/probe-link.ts';
import { silenceAlert } from '../../src/actions/silence-alert.ts';
import { steerChange } from '../../src/actions/steer-change.ts';
import { unsilenceAlert } from '../../src/actions/unsilence-alert.ts';
import { startBot, type Bot } from '../../src/bot/bot.ts';
import type { BotContext } from '../../src/bot/context.ts';
import { systemClock, type Clock } from '../../src/core/clock.ts';
import { createLogger } from '../../src/core/logger.ts';
import { Secret } from '../../src/core/secret.ts';
import { defineJob, type AnyJob } from '../../src/jobs/job.ts';
import { createJobQueue } from '../../src/jobs/queue.ts';
import { startJobWorker, type JobWorker } from '../../src/jobs/worker.ts';
import type { AuditEntry, ChangeView } from '../../src/changes/ports.ts';
import { createAudit, type AuditStore } from '../../src/store/audit.ts';
import { createBoard, type BoardStore } from '../../src/store/board.ts';
import { createClaims } from '../../src/store/claims.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { createOutbox, type OutboxStore } from '../../src/store/outbox.ts';
import { createProposals, type ProposalStore } from '../../src/store/proposals.ts';
import { createPendingReplies, type PendingReplies } from '../../src/store/replies.ts';
import { lab } from '../lab/discord/bot.ts';
import { planned, samplePlan, sampleView } from './change-samples.ts';
import { certificateLine, certificates, meshStatus } from './samples.ts';

export type Lab = LabDiscord & { readonly clock: LabClock };
type Answer = (input: unknown, context: Pick<ServiceContext, 'progress' | 'signal'>) => unknown;

/** Payloads are read as the real actions read theirs; what they give is the test's. */
const INPUTS = {
  'observe-mesh': z.unknown(),
  'mesh-certs': z.unknown(),
  'plan-change': planChange.input,
  'carry-out': carryOut.input,
  'steer-change': steerChange.input,
  'advance-changes': advanceChanges.input,
  'distribute-cacerts': distributeCacerts.input,
  'list-changes': listChanges.input,
  'audit-log': auditLog.input,
  'list-alerts': listAlerts.input,
  'ack-alert': ackAlert.input,
  'silence-alert': silenceAlert.input,
  'unsilence-alert': unsilenceAlert.input,
  'probe-link': probeLink.input,
} as const satisfies Readonly<Record<string, z.ZodType>>;
type JobName = keyof typeof INPUTS;

/** A secret of an authenticator, which mara has. */
export const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

export interface Setup {
  readonly d: Lab;
  readonly redis: LabRedis;
  readonly people: ReturnType<typeof peopleOf>;
  readonly clock: Clock;
  readonly outbox: OutboxStore<Notice>;
  readonly replies: PendingReplies;
  /** Every line that the product logged. */
  readonly logs: string[];
  readonly proposals: ProposalStore;
  readonly board: BoardStore<ChangeView>;
  readonly audit: AuditStore<AuditEntry>;
  /** What each job gives; replace one before it is asked for. */
  readonly answers: Record<JobName, Answer>;
  readonly context: BotContext;
  readonly startBot: (token?: string, own?: BotContext) => Promise<Bot>;
  readonly startWorker: (jobs?: readonly AnyJob[]) => JobWorker;
  /** A second context on connections of its own, as another process has. */
  readonly anotherContext: () => BotContext;
}

type Stores = Pick<Setup, 'outbox' | 'replies' | 'proposals' | 'board' | 'audit'>;

export interface SetupOptions {
  readonly discord?: Partial<LabDiscordOptions>;
  /** Timers of the product run so many times faster; instants stay as they are. */
  readonly faster?: number;
  readonly clusters?: readonly string[];
  readonly incidents?: IncidentBoard;
  readonly alertState?: () => Promise<AlertState>;
}

/** Everything but the bot and the worker. */
export async function setUp(options: SetupOptions = {}): Promise<Setup> {
  const { discord = {}, faster = 1, clusters = ['cluster-a', 'cluster-b'], incidents, alertState } = options;
  const d = await lab(discord);
  const dir = await mkdtemp(join(tmpdir(), 'meshwarden-bot-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const redis = await startRedis({ dir, environment: process.env });
  onTestFinished(() => redis.stop());
  const clock = quickened(d.clock, faster);
  const logs: string[] = [];
  const log = createLogger('debug', { write: (line) => void logs.push(line) });
  const people = peopleOf(d);
  const auditChannel = d.addChannel('audit');
  const answers: Setup['answers'] = {
    'observe-mesh': () => meshStatus(),
    'mesh-certs': () => certificates(certificateLine()),
    'plan-change': async (input) => {
      const { goal, by, dryRun } = planChange.input.parse(input);
      const plan = samplePlan({ goal });
      if (dryRun === true) return planned(plan);
      return planned(
        plan,
        await context.proposals.create({ id: 'k7f3', plan, by, needed: 1, secondFactor: false, delayMs: 0 }, clock.now()),
      );
    },
    'carry-out': async (input) => {
      const { proposal, shownIn } = carryOut.input.parse(input);
      const view = sampleView({ id: proposal, shownIn, at: clock.now(), startedAt: clock.now() });
      await context.board.put(view);
      return view;
    },
    'steer-change': () => {
      throw new Error('this test steers nothing');
    },
    'advance-changes': () => null,
    'distribute-cacerts': () => ({ view: sampleView({ id: 'distribute', state: 'done', result: ['2 of 2 clusters are as issued'] }) }),
    'list-changes': () => ({ intent: null, view: null, holds: [], backups: [], unseen: [] }),
    'list-alerts': unasked,
    'ack-alert': unasked,
    'silence-alert': unasked,
    'unsilence-alert': unasked,
    'probe-link': unasked,
    'audit-log': async (input) => context.audit.newest(auditLog.input.parse(input).limit),
  };
  const jobs = (Object.keys(INPUTS) as JobName[]).map((id) => jobOf(id, answers));

  const target = {
    address: { kind: 'single', node: { host: '127.0.0.1', port: redis.port }, database: 0, tls: false },
    username: undefined,
    password: undefined,
  } as const;

  const opened: ReturnType<ReturnType<typeof connectRedis>['open']>[] = [];

  function connect() {
    const connections = connectRedis(target, log);
    onTestFinished(() => connections.close());
    return connections;
  }

  function contextOf(): BotContext & Stores {
    const connections = connect();
    const store = connections.open('prompt');
    const prompt = connections.open('prompt');
    opened.push(store, prompt);
    const queue = createJobQueue({ jobs, prompt, blocking: connections.open('blocking'), clock, log });
    onTestFinished(() => queue.close());
    const key = new Secret('a key of approvals that only the tests have');
    const totp = new Map([[people.mara.user.id, new Secret(TOTP_SECRET)]]);
    const proposals = createProposals({ redis: store, key, totp, now: () => clock.now() });
    const board = createBoard<ChangeView>(store);
    const audit = createAudit<AuditEntry>(store);
    return {
      clock,
      log,
      proposals,
      board,
      audit,
      changes: { proposals, board, audit },
      auditChannel: auditChannel.id,
      jobs: queue,
      claims: createClaims(store),
      replies: createPendingReplies(store),
      outbox: createOutbox<Notice>(store),
      access: {
        guild: d.guildId,
        viewer: { roles: [people.viewerRole.id], users: [] },
        operator: { roles: [people.operatorRole.id], users: [] },
        admins: [people.mara.user.id],
      },
      clusters,
      alertsChannel: d.channel('alerts').id,
      ...(incidents === undefined ? {} : { incidents }),
      ...(alertState === undefined ? {} : { alertState }),
      escalationRole: people.operatorRole.id,
      version: '1.2.3',
      startedAt: clock.now(),
      redisAway: () => connections.away(),
      schedules: () => [],
    };
  }

  const context = contextOf();
  await Promise.all(opened.map((redis) => whenReady(redis, AbortSignal.timeout(10_000))));
  const ended = new AbortController();
  return {
    d,
    redis,
    people,
    clock,
    logs,
    answers,
    context,
    outbox: context.outbox,
    replies: context.replies,
    proposals: context.proposals,
    board: context.board,
    audit: context.audit,
    anotherContext: contextOf,
    async startBot(token = d.token, own = context) {
      const bot = await startBot({ token: new Secret(token), api: d.api, context: own, signal: ended.signal });
      onTestFinished(() => bot.stop());
      return bot;
    },
    startWorker(own = jobs) {
      // The jobs of these tests use nothing of it but signal and progress.
      const service = { clock, log } as unknown as Omit<ChangeContext, 'signal' | 'progress' | 'jobId'>;
      const connection = connect().open('blocking');
      const worker = startJobWorker({ jobs: own, connection, context: service, clock: systemClock, log, concurrency: 4 });
      onTestFinished(() => worker.close(0));
      return worker;
    },
  };
}

function unasked(): never {
  throw new Error('this test asks for no such thing');
}

/** Everything, running. */
export async function startAll(options: SetupOptions = {}): Promise<Setup & { readonly bot: Bot }> {
  const setup = await setUp(options);
  setup.startWorker();
  return { ...setup, bot: await setup.startBot() };
}

export function jobOf(id: JobName, answers: Setup['answers']): AnyJob {
  return defineJob({
    action: {
      id,
      role: 'viewer',
      describe: id,
      input: INPUTS[id] as z.ZodType,
      run: async (input: unknown, context: ServiceContext) => answers[id](input, context),
    },
    retry: { attempts: 1, backoffMs: 0 },
    deadlineMs: 60_000,
  });
}

function peopleOf(d: LabDiscord) {
  const viewerRole = d.role('mesh-viewer');
  const operatorRole = d.role('mesh-operator');
  return {
    viewerRole,
    operatorRole,
    mara: d.user('mara'),
    lena: d.user('lena', operatorRole),
    nils: d.user('nils', operatorRole),
    jon: d.user('jon', viewerRole),
    stranger: d.user('stranger'),
  };
}

function quickened(clock: LabClock, faster: number): Clock {
  return {
    now: () => clock.now(),
    after: (ms, run) => clock.after(ms / faster, run),
    sleep: (ms, signal) => clock.sleep(ms / faster, signal),
  };
}

/** Something to wait for that the test decides. */
export function gate<T>(): { readonly opened: Promise<T>; open(value: T): void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { opened: promise, open: (value) => resolve(value) };
}
