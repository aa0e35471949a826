import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { productRights } from '../../lab/scene/rbac.ts';
import { DEPLOYMENTS, SECRETS } from '../../src/k8s/resources.ts';
import { readerRights, reviewRights, signerRights, signerWriterRights, writerRights, type Right } from '../../src/k8s/rights.ts';
import type { ClusterClient } from '../../src/k8s/client.ts';
import { NEVER, rejectionOf } from '../k8s/lab.ts';
import { startBench, type Bench } from './clients.ts';
import { putObjects } from './objects.ts';

const READER = readerRights('istio-system');
const SIGNER = signerRights('cert-manager', 'istio-ca');
const WRITER = [...writerRights('istio-system'), ...signerWriterRights('cert-manager', 'istio-ca')];

describe('deploy/rbac on a real API server', () => {
  let bench: Bench;
  let client: ClusterClient;
  beforeAll(async () => {
    bench = await startBench(inject('servers').b, 'cluster-b');
    await putObjects(bench.side, productRights({ roles: ['signer'] }));
    client = bench.open(await bench.kubeconfigOf('meshwarden', 'meshwarden'));
  });
  afterAll(() => bench.stop());

  async function review(rights: readonly Right[], who: ClusterClient = client): Promise<readonly boolean[]> {
    const reviewed = await reviewRights(who, rights, { signal: NEVER });
    expect(reviewed.map(({ right }) => right)).toEqual(rights);
    return reviewed.map(({ allowed }) => allowed);
  }

  it('grants every right that the product asks for', async () => {
    const all = [...READER, ...SIGNER, ...WRITER];
    expect(await review(all)).toEqual(all.map(() => true));
  });

  it('grants no other way to change what it reads', async () => {
    const granted = new Set(WRITER.map(({ resource, namespace, verb }) => `${resource} ${namespace} ${verb}`));
    const writes = [...READER, ...SIGNER]
      .map((right) => ({ ...right, verb: 'update' }))
      .filter(({ resource, namespace, verb }) => !granted.has(`${resource} ${namespace} ${verb}`));
    expect(await review(writes)).toEqual(writes.map(() => false));
  });

  it('grants nothing to others', async () => {
    const stranger = bench.open(await bench.kubeconfigOf('meshwarden', 'stranger'));
    expect(await review(READER, stranger)).toEqual(READER.map(() => false));
  });

  it('lets the product read as far as it says, and no further', async () => {
    const call = { signal: NEVER };
    for (const kind of [DEPLOYMENTS, SECRETS]) {
      const within = { ...call, namespace: 'istio-system' };
      expect(await client.list(kind, within)).toEqual(await bench.client.list(kind, within));
    }
    expect(await rejectionOf(client.list(SECRETS, call))).toMatchObject({ reason: 'forbidden' });
    expect(await rejectionOf(client.get(SECRETS, { namespace: 'kube-system', name: 'any' }, call))).toMatchObject({ reason: 'forbidden' });
  });
});
