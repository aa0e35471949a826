import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { ClusterClient } from '../../src/k8s/client.ts';
import { collectMesh, type Member } from '../../src/k8s/collect.ts';
import { EVEN, NEVER } from './lab.ts';

let mesh: LabMesh;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'meshwarden-trips-'));
  mesh = await buildMesh({ clock: createLabClock() });
  await mesh.writeKubeconfigs(dir);
});

afterAll(async () => {
  await mesh.stop();
  await rm(dir, { recursive: true });
});

/** Lets calls go in rounds: all that wait start together, and the next round starts when every one of them has ended. */
class Rounds {
  readonly sizes: number[] = [];
  #waiting: (() => void)[] = [];
  #running = 0;

  async pass<T>(call: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#next();
    });
    try {
      return await call();
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  /** Whoever follows from an answer has asked by the time that microtasks are through. */
  #next(): void {
    setImmediate(() => {
      if (this.#running > 0 || this.#waiting.length === 0) return;
      const round = this.#waiting.splice(0);
      this.#running = round.length;
      this.sizes.push(round.length);
      for (const go of round) go();
    });
  }
}

/** The client, with its calls in rounds. */
function inRounds(client: ClusterClient, rounds: Rounds): ClusterClient {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) => rounds.pass(() => Reflect.apply(value, target, args) as Promise<unknown>);
    },
  });
}

describe('src/k8s/collect.ts: how many calls follow one another', () => {
  it('asks a cluster three times in sequence, and the signer no more often, each question once on the wire', async () => {
    const parts = mesh.members.map(({ name, network, roles, gateway }) => {
      const identity = { name, network, roles, gateway };
      const client = new ClusterClient({ identity, kubeconfig: [join(dir, `${name}.yaml`)] }, { clock: mesh.clock, random: EVEN });
      const rounds = new Rounds();
      const member: Member = { identity, application: undefined, client: { ok: true, value: inRounds(client, rounds) } };
      return { client, rounds, member };
    });
    const members = parts.map(({ member }) => member);
    const [signer] = members;
    if (signer === undefined) throw new Error('The mesh has no cluster');
    const snapshot = await collectMesh({
      members,
      istioNamespace: 'istio-system',
      authority: {
        signer,
        target: {
          root: { namespace: 'cert-manager', certificate: 'istio-root' },
          issuer: 'istio-root-ca',
          intermediates: members.map(({ identity: { name } }) => ({
            cluster: name,
            namespace: 'istio-ca',
            certificate: `istio-ica-${name}`,
          })),
        },
      },
      clock: mesh.clock,
      signal: NEVER,
      concurrency: 24,
    });
    await Promise.all(parts.map(({ client }) => client.close()));
    expect(snapshot.authority.ok && snapshot.clusters.every(({ api, eastWest, trust }) => api.ok && eastWest.ok && trust.ok)).toBe(true);
    expect(parts.map(({ rounds }) => rounds.sizes)).toEqual([
      [1, 11, 4],
      [1, 7, 2],
    ]);
    expect(mesh.members.map(({ api }) => api.audit.length)).toEqual([16, 10]);
  });
});
