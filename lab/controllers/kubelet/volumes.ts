/** The kubelet's volumes: brings a Secret to the pods that mount it, at once to a pod that was touched, else when it comes round. */
import { createHash } from 'node:crypto';
import type { LabClock } from '../../clock.ts';
import { fieldsAt } from '../../kubernetes/object.ts';
import type { ObjectStore } from '../../kubernetes/objects.ts';
import type { Files } from '../istiod/bundle.ts';
import { concerns, type IstiodKnobs, lagOf } from '../knobs.ts';
import type { Alarms } from '../timers.ts';

/** What the volumes are made from, and who hears of a change. */
export interface VolumeOptions {
  readonly store: ObjectStore;
  readonly clock: LabClock;
  readonly alarms: Alarms;
  readonly knobs: IstiodKnobs;
  readonly namespace: string;
  readonly secret: string;
  readonly changed: (pod: string, files: Files) => void;
}

/** The volumes of the pods of one workload. */
export interface Volumes {
  /** Mounts the Secret for a pod whose container starts; a missing Secret is an empty volume. */
  mount(pod: string): Files;
  unmount(pod: string): void;
  /** The pod was touched: its volume is brought up to date now. */
  touch(pod: string): void;
  /** The Secret was written: every pod gets it when its time comes. */
  secretWritten(): void;
  files(pod: string): Files;
}

const SHORTEST_MS = 60_000;
const SPREAD_MS = 30_000;

/** Without any pod yet. */
export function createVolumes({ store, clock, alarms, knobs, namespace, secret, changed }: VolumeOptions): Volumes {
  const mounted = new Map<string, Files>();

  /** Undefined: no such Secret, then the kubelet leaves what it has. */
  function current(): Files | undefined {
    const found = store.get('Secret', namespace, secret);
    if (found === undefined) return undefined;
    const entries = Object.entries(fieldsAt(found, 'data'));
    return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]));
  }

  function project(pod: string): void {
    const before = mounted.get(pod);
    const after = current();
    if (before === undefined || after === undefined || concerns(knobs.stuckVolumes, pod) || same(before, after)) return;
    mounted.set(pod, after);
    if (knobs.debounceMs === 0) tell(pod);
    else alarms.at(clock.now() + knobs.debounceMs, () => tell(pod, after));
  }

  /** A change that another one has overtaken is not told: istiod reads the last state once. */
  function tell(pod: string, told?: Files): void {
    const files = mounted.get(pod);
    if (files === undefined || (told !== undefined && told !== files) || concerns(knobs.deaf, pod)) return;
    changed(pod, files);
  }

  function later(pod: string, ms: number): void {
    if (ms <= 0) project(pod);
    else alarms.at(clock.now() + ms, () => project(pod));
  }

  return {
    mount(pod) {
      const stuck = concerns(knobs.stuckVolumes, pod) ? mounted.get(pod) : undefined;
      const files = stuck ?? current() ?? {};
      mounted.set(pod, files);
      return files;
    },
    unmount: (pod) => void mounted.delete(pod),
    touch: (pod) => later(pod, lagOf(knobs, pod)),
    secretWritten() {
      for (const pod of mounted.keys()) later(pod, (knobs.projectionMs ?? roundOf(pod)) + lagOf(knobs, pod));
    },
    files: (pod) => mounted.get(pod) ?? {},
  };
}

/** How long after a write this pod's turn comes: always the same for the same pod. */
function roundOf(pod: string): number {
  return SHORTEST_MS + (createHash('sha256').update(pod).digest().readUInt32BE(0) % (SPREAD_MS + 1));
}

function same(one: Files, other: Files): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
