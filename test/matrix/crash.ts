/** Kills a process after a write, its answer lost, and lets the next one finish. */
import type { Breach } from '../../lab/invariants.ts';
import type { ChangeView } from '../../src/changes/ports.ts';
import { carry, endOf, type End } from './drive.ts';
import { openScene, type SceneName } from './scenes.ts';
import { leaksIn, type Memory } from './stage.ts';

export interface Outcome {
  readonly state: ChangeView['state'];
  readonly codes: readonly string[];
  readonly end: End;
  readonly breaches: readonly Breach[];
  /** How many secrets of the lab were said anywhere. */
  readonly leaks: number;
  /** Paths of all writes of the product that were accepted; those of the Lease where they count. */
  readonly writes: readonly string[];
}

export interface CrashOptions {
  /** After which write, from 1; undefined: none. */
  readonly after?: number;
  /** `empty`: what Redis held is lost with the process. */
  readonly memory?: 'kept' | 'empty';
  /** Writes of the Lease count too. Their number may differ from run to run. */
  readonly leases?: boolean;
}

/** The change from its approval to its end, with a process that ends in between. */
export async function crashed(name: SceneName, { after, memory = 'kept', leases = false }: CrashOptions = {}): Promise<Outcome> {
  const { stage, approval } = await openScene(name);
  try {
    const writes: string[] = [];
    const shown: Memory = new Map();
    const first = stage.start({ memory: shown });
    const letGo = stage.onProductWrite((path) => {
      if (path.includes('/leases') && !leases) return;
      writes.push(path);
      if (writes.length === after) first.kill();
    });
    let view = await carry(stage, first, approval).catch((error: unknown) => {
      if (!first.killed) throw error;
      return undefined;
    });
    if (first.killed) {
      await stage.settled();
      view = await carry(stage, stage.start({ memory: memory === 'kept' ? shown : new Map() }), approval);
    }
    letGo();
    if (view === undefined) throw new Error('The change has no end');
    const end = await endOf(stage);
    return {
      state: view.state,
      codes: view.findings.map(({ code }) => code),
      end,
      breaches: stage.watch.breaches(),
      leaks: leaksIn(stage.said.join('\n')),
      writes,
    };
  } finally {
    await stage.stop();
  }
}

/** What has to be so at the end of every run. */
export function whole({ state, end, breaches, leaks }: Outcome) {
  return { state, end, breaches, leaks };
}
