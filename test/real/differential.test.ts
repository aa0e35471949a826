import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLabCluster, type LabCluster } from '../../lab/kubernetes/cluster.ts';
import { systemClock } from '../../src/core/clock.ts';
import { certManagerDefinitions } from '../../lab/scene/definitions.ts';
import { asBearer, must, open, send, sideOf, type Side } from './call.ts';
import { makeNamespace, startBench, tokenOf, type Bench } from './clients.ts';
import { KNOWN } from './differential/known.ts';
import { Memory, type Wanted } from './differential/memory.ts';
import { Pairs, Placeholders } from './differential/placeholders.ts';
import { nextRequest } from './differential/requests.ts';
import { Seeded } from './differential/seeded.ts';
import { putObjects } from './objects.ts';

const DEFAULT_SEED = 20_260_105;
const SEED = Number(process.env['MESHWARDEN_SEED'] ?? DEFAULT_SEED);
const ROUNDS = 12;
const REQUESTS = 120;

/** One of the two servers, in one round. */
interface Party {
  readonly admin: Side;
  readonly poor: Side;
  readonly memory: Memory;
  readonly placeholders: Placeholders;
}

const KINDS = [
  ['configmaps', '/api/v1', 'v1', 'ConfigMap'],
  ['secrets', '/api/v1', 'v1', 'Secret'],
  ['leases', '/apis/coordination.k8s.io/v1', 'coordination.k8s.io/v1', 'Lease'],
  ['certificates', '/apis/cert-manager.io/v1', 'cert-manager.io/v1', 'Certificate'],
] as const;

describe(`the Kubernetes double answers as a real API server (MESHWARDEN_SEED=${SEED})`, () => {
  let bench: Bench;
  let double: LabCluster;
  let asked = 0;
  const statuses = new Map<string, number>();

  beforeAll(async () => {
    bench = await startBench(inject('servers').a);
    double = await startLabCluster({ name: 'double', clock: systemClock });
    await Promise.all([bench.side, sideOf(double.kubeconfig())].map((side) => putObjects(side, certManagerDefinitions())));
  });
  afterAll(async () => {
    const told = [...statuses].map(([status, count]) => `${count} × ${status}`);
    console.log(`seed ${SEED}: ${asked} requests, each to both; answers: ${told.join(', ')}`);
    await double.stop();
    await bench.stop();
  });

  /** The same namespace, account and rights on a server. */
  async function party(admin: Side, namespace: string): Promise<Party> {
    await makeNamespace(admin, namespace);
    const token = await tokenOf(admin, namespace, 'poor');
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { namespace, name: 'poor' } };
    const rules = [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get', 'patch'] },
    ];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'poor' };
    const subjects = [{ kind: 'ServiceAccount', namespace, name: 'poor' }];
    await putObjects(admin, [
      { ...role, rules },
      { ...role, kind: 'RoleBinding', roleRef, subjects },
    ]);
    return { admin, poor: asBearer(admin, token), memory: new Memory(), placeholders: new Placeholders() };
  }

  async function ask({ admin, poor, memory, placeholders }: Party, wanted: Wanted): Promise<unknown> {
    const answer = await send(wanted.as === 'poor' ? poor : admin, memory.filled(wanted));
    memory.learn(wanted, answer);
    return placeholders.answer(answer);
  }

  function told(pairs: Pairs, wanted: Wanted, real: unknown, twin: unknown): string[] {
    const lines = pairs.differences(real, twin).filter((line) => !KNOWN.some((known) => known.line.test(line)));
    if (lines.length === 0) return [];
    const { as, method, path, body } = wanted;
    return [[`#${asked} ${as} ${method} ${path} ${JSON.stringify(body) ?? ''}`, ...lines].join('\n    ')];
  }

  /** Everything that happened to a kind since a version, in the words of a watch. */
  async function history({ admin, memory, placeholders }: Party, namespace: string, kind: (typeof KINDS)[number]): Promise<unknown> {
    const [plural, root, apiVersion, name] = kind;
    const collection = `${root}/namespaces/${namespace}/${plural}`;
    const watch: Wanted = {
      plural,
      as: 'admin',
      method: 'GET',
      path: `${collection}?watch=true&resourceVersion=<list:start-${plural}>&labelSelector=set`,
    };
    const message = await open(admin, memory.filled(watch));
    const last = {
      apiVersion,
      kind: name,
      metadata: { namespace, name: 'zz-last', labels: { set: 'x' } },
      ...(name === 'Lease' ? { spec: { holderIdentity: 'last' } } : {}),
    };
    await must(admin, { method: 'POST', path: collection, body: last });
    message.setEncoding('utf8');
    let text = '';
    for await (const chunk of message) {
      text += String(chunk);
      // The last event may come in pieces.
      if (text.includes('"zz-last"') && text.endsWith('\n')) break;
    }
    const events = text.split('\n').filter((line) => line !== '');
    return { status: message.statusCode, events: events.map((line) => placeholders.value(JSON.parse(line))) };
  }

  it.each(Array.from({ length: ROUNDS }, (_, round) => round))('in round %i', async (round) => {
    const random = new Seeded(SEED + round);
    const namespace = `differential-${round}`;
    const real = await party(bench.side, namespace);
    const twin = await party(sideOf(double.kubeconfig()), namespace);
    const pairs = new Pairs();
    const found: string[] = [];
    const both = async (wanted: Wanted): Promise<void> => {
      asked += 1;
      const [one, other] = await Promise.all([ask(real, wanted), ask(twin, wanted)]);
      const status = `${wanted.method} ${(one as { status: number }).status}`;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      found.push(...told(pairs, wanted, one, other));
    };
    for (const [plural, root] of KINDS) {
      await both({
        plural: `start-${plural}`,
        as: 'admin',
        method: 'GET',
        path: `${root}/namespaces/${namespace}/${plural}?labelSelector=set`,
      });
    }
    for (let count = 0; count < REQUESTS; count += 1) await both(nextRequest(random, namespace));
    for (const kind of KINDS) {
      const wanted: Wanted = { plural: kind[0], as: 'admin', method: 'GET', path: `watch of ${kind[0]}` };
      found.push(...told(pairs, wanted, await history(real, namespace, kind), await history(twin, namespace, kind)));
    }
    expect(found).toEqual([]);
  });
});
