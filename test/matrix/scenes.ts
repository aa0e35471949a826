/** Where each kind of change begins. */
import type { MeshOptions } from '../../lab/scene/mesh.ts';
import { HOUR } from '../../src/core/duration.ts';
import type { Goal } from '../../src/rotation/goal.ts';
import { found, OTHER } from '../k8s/ca/bench.ts';
import { approve, carry } from './drive.ts';
import { openStage, type Stage } from './stage.ts';

export interface Scene {
  readonly mesh?: Omit<MeshOptions, 'clock'>;
  /** Brings a fresh mesh to where it is wanted, and says what is wanted. */
  prepare(stage: Stage): Promise<Goal>;
}

/** By the kind of the goal. */
export const SCENES = {
  distribute: {
    async prepare(stage) {
      await renewAll(stage);
      return { kind: 'distribute' };
    },
  },
  intermediate: {
    async prepare() {
      return { kind: 'intermediate', cluster: OTHER };
    },
  },
  restore: {
    async prepare(stage) {
      await change(stage, { kind: 'intermediate', cluster: OTHER });
      const copies = stage.mesh.member(OTHER).api.store.list('Secret', 'istio-system');
      const backup = copies.map(({ metadata }) => metadata.name ?? '').find((name) => name.startsWith('cacerts-backup-'));
      return { kind: 'restore', cluster: OTHER, backup: found(backup) };
    },
  },
  adopt: {
    async prepare({ mesh }) {
      const { store } = mesh.member(OTHER).api;
      const { apiVersion = '', kind = '', type, data } = found(store.get('Secret', 'istio-system', 'cacerts'));
      store.delete('Secret', 'istio-system', 'cacerts');
      const metadata = { namespace: 'istio-system', name: 'cacerts' };
      store.put({ apiVersion, kind, type, data, metadata }, { manager: 'kubectl-client-side-apply' });
      return { kind: 'adopt', cluster: OTHER };
    },
  },
  emergency: {
    async prepare() {
      return { kind: 'emergency', cluster: OTHER };
    },
  },
  root: {
    mesh: { multiRoot: true },
    async prepare(stage) {
      await change(stage, { kind: 'distribute' });
      return { kind: 'root', speed: 'gentle' };
    },
  },
} satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof SCENES;

/** Time comes at which cert-manager renews every intermediate. */
async function renewAll(stage: Stage): Promise<void> {
  const { clock, certManager } = stage.mesh;
  clock.advance(found(certManager.nextRenewal()) - clock.now() + HOUR);
  await stage.settled();
}

/** @throws Error unless it is done. */
export async function change(stage: Stage, goal: Goal, id = 'aaaa'): Promise<void> {
  const approval = await approve(stage, goal, id);
  const process = stage.start();
  const view = await carry(stage, process, approval);
  await process.close();
  if (view.state !== 'done') throw new Error(`${goal.kind} ends as ${JSON.stringify(view)}`);
}

/** A fresh mesh where a change is wanted and approved. */
export async function openScene(name: SceneName) {
  const scene: Scene = SCENES[name];
  const stage = await openStage(scene.mesh);
  const approval = await approve(stage, await scene.prepare(stage));
  return { stage, approval };
}
