/** Everything that is measured, each with its target and its baseline. Repeats are few, as a run should end within minutes. */
import { join } from 'node:path';
import { measureAlerts, measureProbes } from './alerts.ts';
import { byHand, distributeOnce } from './distribute.ts';
import type { Figure, Unmeasured } from './figure.ts';
import { median } from './figure.ts';
import { runNothing, runProduct, startService, type Environment } from './process.ts';
import { setStage, type Stage } from './stage.ts';
import { askOften, askStatus, bareRoundTrips } from './status.ts';

export interface BenchOptions {
  /** An empty folder for everything that is written. */
  readonly dir: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly tell: (result: Figure | Unmeasured) => void;
}

const STARTS = 5;
const COLD_STARTS = 3;
const QUESTIONS = 20;
const MANY_QUESTIONS = 5;
const DELAY_MS = 50;
const RENEWALS = 40;
const BY_HAND = 3;
const FEW = 2;
const MANY = 100;

/** Measures all of it and tells each figure as soon as it is known. */
export async function measure(options: BenchOptions): Promise<void> {
  const few = await setStage(join(options.dir, 'few'), FEW, options.environment);
  let memory = Number.NaN;
  try {
    const warm = join(options.dir, 'compiled');
    await part(options, 'start', () => measureStart(options, few, warm));
    await part(options, 'cold start', () => measureCold(options, few));
    await part(options, '/mesh status', async () => {
      memory = await measureStatus(options, few, warm);
    });
    await part(options, 'a renewal', () => measureRenewals(options, few, warm));
  } finally {
    await few.stop();
  }
  await part(options, `${MANY} clusters`, () => measureMany(options, memory));
  await part(options, 'alerts', () => measureAlerts(options));
  for (const count of [FEW, MANY]) await part(options, `probes of ${count} clusters`, () => measureProbes(options, count));
}

/** What fails is told, and the rest is measured all the same. */
async function part({ tell }: BenchOptions, name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    tell({ name, why: error instanceof Error ? error.message : String(error) });
  }
}

/** Starts of the service with code compiled before, beside starts of a Node that does nothing. */
async function measureStart({ environment, tell }: BenchOptions, { configFile }: Stage, compileCache: string): Promise<void> {
  const where: Environment = { environment, compileCache };
  await (await startService(configFile, where)).stop();
  const [bare, ready, version, idle]: number[][] = [[], [], [], []];
  for (let start = 0; start < STARTS; start += 1) {
    bare?.push(await runNothing(where));
    version?.push((await runProduct(['version'], where)).ms);
    const service = await startService(configFile, where);
    ready?.push(service.readyMs);
    if (start < COLD_STARTS) idle?.push(await service.idleMb());
    await service.stop();
  }
  const baseline = { name: 'a Node process that does nothing', values: bare ?? [] };
  tell({ name: 'Node process that does nothing', unit: 'ms', values: bare ?? [] });
  tell({ name: '`meshwarden version`', unit: 'ms', values: version ?? [], baseline });
  tell({ name: 'start to ready, warm compile cache', unit: 'ms', values: ready ?? [], target: below(1_000), baseline });
  tell({ name: 'idle memory of `start`, warm compile cache', unit: 'MB', values: idle ?? [], target: atMost(130) });
}

/** The same with nothing compiled before. */
async function measureCold({ dir, environment, tell }: BenchOptions, { configFile }: Stage): Promise<void> {
  const ready: number[] = [];
  const idle: number[] = [];
  for (let start = 0; start < COLD_STARTS; start += 1) {
    const service = await startService(configFile, { environment, compileCache: join(dir, `cold-${start}`) });
    ready.push(service.readyMs);
    idle.push(await service.idleMb());
    await service.stop();
  }
  tell({ name: 'start to ready, cold', unit: 'ms', values: ready, target: below(1_000) });
  tell({ name: 'idle memory of `start`, cold', unit: 'MB', values: idle, target: atMost(160) });
}

/** Questions from Discord, then the same with 50 ms added to every call. Resolves with the memory afterwards, in megabytes. */
async function measureStatus({ environment, tell }: BenchOptions, stage: Stage, compileCache: string): Promise<number> {
  const service = await startService(stage.configFile, { environment, compileCache });
  try {
    const first = await askStatus(stage);
    const answers = await askOften(stage, QUESTIONS);
    const bare = await bareRoundTrips(stage.mesh, QUESTIONS);
    const baseline = { name: 'an HTTPS round trip', values: bare };
    tell({ name: 'HTTPS round trip to an API server of the lab', unit: 'ms', values: bare });
    tell({ name: 'ack of `/mesh status`', unit: 'ms', values: answers.map(({ ackMs }) => ackMs), target: below(50), baseline });
    tell({ name: 'answer to the first `/mesh status`', unit: 'ms', values: [first.answerMs] });
    tell({ name: 'answer to `/mesh status`', unit: 'ms', values: answers.map(({ answerMs }) => answerMs), baseline });
    for (const { api } of stage.mesh.members) api.faults.delayMs(DELAY_MS);
    const slow = (await askOften(stage, QUESTIONS)).map(({ answerMs }) => answerMs);
    for (const { api } of stage.mesh.members) api.faults.delayMs(0);
    tell({ name: `answer with ${DELAY_MS} ms added to every call`, unit: 'ms', values: slow, target: below(300) });
    const quick = median(answers.map(({ answerMs }) => answerMs));
    const trips = slow.map((ms) => Math.max(0, ms - quick) / DELAY_MS);
    tell({ name: 'API round trips after one another, from the two above', unit: '', values: trips, target: atMost(4) });
    const memory = await service.idleMb();
    tell({ name: `memory after ${2 * QUESTIONS + 1} answers`, unit: 'MB', values: [memory] });
    return memory;
  } finally {
    await service.stop();
  }
}

/** Renewals of both intermediates, from the change of the Secrets on, beside the same by hand. */
async function measureRenewals({ dir, environment, tell }: BenchOptions, stage: Stage, compileCache: string): Promise<void> {
  const { mesh, kubeconfigDir } = stage;
  const service = await startService(stage.configFile, { environment, compileCache });
  try {
    const hand: number[] = [];
    for (let time = 0; time < BY_HAND; time += 1) {
      const took = await byHand(mesh, kubeconfigDir, dir);
      if (took !== undefined) hand.push(took);
    }
    const baseline = hand.length === 0 ? {} : { baseline: { name: 'the same by hand with kubectl', values: hand } };
    if (hand.length > 0) tell({ name: 'a renewal by hand with kubectl, 2 clusters', unit: 'ms', values: hand });
    const rounds = [];
    for (let round = 0; round < RENEWALS; round += 1) rounds.push(await distributeOnce(mesh, round));
    tell({
      name: 'a renewal until both clusters took the write',
      unit: 'ms',
      values: rounds.map(({ acknowledgedMs }) => acknowledgedMs),
      ...baseline,
    });
    tell({ name: 'a renewal until both are proved', unit: 'ms', values: rounds.map(({ provedMs }) => provedMs), ...baseline });
    tell({ name: 'API calls for it', unit: '', values: rounds.map(({ calls }) => calls) });
  } finally {
    await service.stop();
  }
}

/** A mesh of a hundred clusters; its lab runs in this process and shares the machine with the product. */
async function measureMany({ dir, environment, tell }: BenchOptions, memoryOfFew: number): Promise<void> {
  const stage = await setStage(join(dir, 'many'), MANY, environment);
  const where = { environment, compileCache: join(dir, 'compiled') };
  try {
    const service = await startService(stage.configFile, where);
    const first = await askStatus(stage);
    const answers = await askOften(stage, MANY_QUESTIONS);
    const memory = await service.idleMb();
    await service.stop();
    tell({ name: `first \`/mesh status\` of ${MANY} clusters`, unit: 'ms', values: [first.answerMs], target: below(3_000) });
    tell({
      name: `\`/mesh status\` of ${MANY} clusters`,
      unit: 'ms',
      values: answers.map(({ answerMs }) => answerMs),
      target: below(3_000),
    });
    tell({ name: 'memory for each further cluster', unit: 'MB', values: [(memory - memoryOfFew) / (MANY - FEW)], target: below(1) });
    const { ms, code } = await runProduct(['status', '--config', stage.configFile], where);
    if (code !== 0) throw new Error(`meshwarden status ended with code ${code}`);
    tell({
      name: `\`meshwarden status\` of ${MANY} clusters, start and end of the process included`,
      unit: 'ms',
      values: [ms],
      target: below(3_000),
    });
  } finally {
    await stage.stop();
  }
}

function below(most: number): NonNullable<Figure['target']> {
  return { most, inclusive: false };
}

function atMost(most: number): NonNullable<Figure['target']> {
  return { most, inclusive: true };
}
