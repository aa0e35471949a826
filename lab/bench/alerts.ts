/** From a failure to the message that tells of it, and what measuring costs. */
import { join } from 'node:path';
import { messageText } from '../discord/text.ts';
import type { Figure } from './figure.ts';
import { startService } from './process.ts';
import { setProbedStage, type ProbedStage } from './stage.ts';

export interface AlertsOptions {
  readonly dir: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly tell: (figure: Figure) => void;
}

const CUTS = 8;
/** Cuts fall at other moments between two measurements each time. */
const STEP_MS = 370;
const WITHIN_MS = 60_000;
/** Until everything was measured a few times. */
const WARM_MS = 12_000;
const DAY_MS = 86_400_000;
const MEASURED_MS = 30_000;

/** Cuts a link again and again: until the channel tells of it, and until it tells that it is over. */
export async function measureAlerts({ dir, environment, tell }: AlertsOptions): Promise<void> {
  const stage = await setProbedStage(join(dir, 'alerts'), 2, environment);
  const service = await startService(stage.configFile, { environment, compileCache: join(dir, 'compiled') });
  try {
    await stage.mesh.clock.sleep(WARM_MS);
    const rounds = [];
    for (let round = 0; round < CUTS; round += 1) rounds.push(await cutOnce(stage, round));
    const told = rounds.map(({ toldMs }) => toldMs);
    tell({ name: 'a link is cut: until #alerts tells of it', unit: 'ms', values: told, target: { most: 10_000, inclusive: false } });
    tell({ name: 'the slowest of these', unit: 'ms', values: [Math.max(...told)], target: { most: 15_000, inclusive: false } });
    tell({ name: 'it is mended: until the same message says so', unit: 'ms', values: rounds.map(({ overMs }) => overMs) });
  } finally {
    await service.stop();
    await stage.stop();
  }
}

interface Cut {
  readonly toldMs: number;
  readonly overMs: number;
}

async function cutOnce({ mesh, discord, lab }: ProbedStage, round: number): Promise<Cut> {
  const alerts = discord.channel('alerts');
  const [from = '', to = ''] = mesh.members.map(({ name }) => name);
  const known = discord.posts(alerts).length;
  const says = (text: string): boolean =>
    discord
      .posts(alerts)
      .slice(known)
      .some((message) => messageText(message).includes(text));
  await mesh.clock.sleep(round * STEP_MS);
  const cut = performance.now();
  lab.mesh.network.setWay(from, to, { cut: true });
  await discord.waitFor(() => says(`Link ${from} → ${to} is down`), WITHIN_MS);
  const toldMs = performance.now() - cut;
  const mended = performance.now();
  lab.mesh.network.setWay(from, to, { cut: false });
  await discord.waitFor(() => says(`Link ${from} → ${to} was down`), WITHIN_MS);
  return { toldMs, overMs: performance.now() - mended };
}

/** What a day of measuring takes, from half a minute of it. */
export async function measureProbes({ dir, environment, tell }: AlertsOptions, count: number): Promise<void> {
  const stage = await setProbedStage(join(dir, `probes-${count}`), count, environment);
  const service = await startService(stage.configFile, { environment, compileCache: join(dir, 'compiled') });
  try {
    await stage.mesh.clock.sleep(WARM_MS);
    const before = await service.processorMs();
    const began = performance.now();
    await stage.mesh.clock.sleep(MEASURED_MS);
    const share = ((await service.processorMs()) - before) / (performance.now() - began);
    tell({ name: `processor time of a day of probes, ${count} clusters`, unit: 'min', values: [(share * DAY_MS) / 60_000] });
    tell({ name: `memory while probing, ${count} clusters`, unit: 'MB', values: [await service.memoryMb()] });
  } finally {
    await service.stop();
    await stage.stop();
  }
}
