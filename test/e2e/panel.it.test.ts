import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchMesh, type Seen, type WatchedMesh } from './mesh.ts';

const HEALTHY: Seen = { verdict: 'healthy', problems: [], unseen: {} };

function problems(...list: readonly string[]): Seen {
  return { verdict: 'problems', problems: list, unseen: {} };
}

function blind(unseen: Seen['unseen']): Seen {
  return { verdict: 'unknown', problems: [], unseen };
}

/** What rests on the Secret `cacerts` of a cluster. */
const ON_CACERTS = [
  'cacerts-consistent',
  'cacerts-current',
  'cacerts-present',
  'intermediate-expiry',
  'intermediate-valid',
  'lifetimes-nested',
];
const ON_REMOTE_SECRETS = ['remote-secret-present', 'remote-secret-token', 'remote-secret-well-formed'];
const ON_SECRETS = [...ON_CACERTS, ...ON_REMOTE_SECRETS, 'trust-published'];
const ON_ALL = [
  ...ON_SECRETS,
  'cross-network-gateway',
  'gateway-present',
  'gateway-ready',
  'istiod-available',
  'istiod-installed',
  'istiod-version',
  'namespace-network-label',
];
/** What rests on the authority that the signer shows, about each cluster and about the mesh. */
const ON_AUTHORITY = ['cacerts-current', 'intermediate-issuance', 'intermediate-ready', 'intermediate-signed-by-root', 'renewal-overdue'];
const MESH_ON_AUTHORITY = [
  'cert-manager-available',
  'cert-manager-installed',
  'cert-manager-version',
  'issuer-ready',
  'root-policy',
  'root-ready',
];
const MESH_ON_CACERTS = ['one-key-per-cluster', 'trust-roots-shared'];
const MESH_ON_SIGNER = [...MESH_ON_CACERTS, 'root-lifetime', 'root-valid'];

function sorted(...names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

/** The faults of one cluster; `other` is the cluster at the far end of its link. */
function ofCluster(name: string, other: string): Record<string, Seen> {
  const link = `${name}/${name}→${other}`;
  return {
    [`api-stopped-${name}`]: problems(`cluster-unreachable /${name}`),
    [`token-expired-${name}`]: problems(`cluster-refuses-us /${name}`),
    [`intermediate-expired-${name}`]: problems(`intermediate-expired /${name}`),
    [`source-garbage-${name}`]: problems(`intermediate-secret-unreadable /${name}`),
    [`source-foreign-${name}`]: problems(`cacerts-foreign ${name}/istio-system/cacerts`),
    [`cacerts-wrong-key-${name}`]: problems(`cacerts-key-mismatch ${name}/istio-system/cacerts`),
    [`cacerts-garbage-${name}`]: problems(`cacerts-unreadable ${name}/istio-system/cacerts`),
    [`cacerts-fifth-key-${name}`]: problems(`cacerts-tls-keys ${name}/istio-system/cacerts`),
    [`cacerts-old-${name}`]: problems(`cacerts-outdated ${name}/istio-system/cacerts`),
    [`cacerts-missing-${name}`]: problems(`cacerts-missing /${name}`),
    [`other-root-${name}`]: problems('trust-roots-differ /mesh'),
    // Nothing new is to be taken while these are on.
    [`istiod-volume-stuck-${name}`]: HEALTHY,
    [`istiod-deaf-${name}`]: HEALTHY,
    [`istiod-refuses-${name}`]: HEALTHY,
    [`istiod-down-${name}`]: problems(`istiod-unavailable ${name}/istio-system/istiod`),
    [`gateway-not-ready-${name}`]: problems(`gateway-not-ready /${name}`),
    [`cross-network-gateway-missing-${name}`]: problems(`cross-network-gateway-missing /${name}`),
    [`network-label-missing-${name}`]: problems(`network-label-missing /${name}`),
    [`istio-definitions-missing-${name}`]: problems(`istio-definitions-missing /${name}`),
    [`istio-absent-${name}`]: problems(`istiod-missing /${name}`),
    [`remote-secret-missing-${name}-${other}`]: problems(`remote-secret-missing ${link}`),
    [`remote-secret-expired-${name}-${other}`]: problems(`remote-secret-token-expired ${link}`),
    [`remote-secret-misnamed-${name}-${other}`]: problems(`remote-secret-misnamed ${link}`),
    [`no-right-secrets-${name}`]: blind({ [name]: sorted(...ON_SECRETS), mesh: sorted(...MESH_ON_SIGNER) }),
  };
}

const EXPECTED: Readonly<Record<string, Seen>> = {
  ...ofCluster('cluster-a', 'cluster-b'),
  ...ofCluster('cluster-b', 'cluster-a'),
  'guide-mistake': problems('issuer-wrong-type /mesh'),
  'cert-manager-stopped': problems('cert-manager-unavailable /mesh'),
  // Nothing is to be renewed while it is on.
  'cert-manager-slow': HEALTHY,
  'cert-manager-absent': problems('cert-manager-missing /mesh'),
  'no-right-intermediates': blind({
    'cluster-a': ['cacerts-current', 'intermediate-signed-by-root'],
    'cluster-b': ['cacerts-current', 'intermediate-signed-by-root'],
  }),
  'no-rights-cluster-a': blind({
    'cluster-a': sorted(...ON_ALL, ...ON_AUTHORITY),
    'cluster-b': sorted(...ON_AUTHORITY),
    mesh: sorted(...MESH_ON_SIGNER, ...MESH_ON_AUTHORITY, 'istio-version-skew'),
  }),
  'no-rights-cluster-b': blind({ 'cluster-b': sorted(...ON_ALL), mesh: sorted(...MESH_ON_SIGNER, 'istio-version-skew') }),
};

/** Faults that take as long as a deadline or a slow answer: both clusters at once. */
const TOGETHER: Readonly<Record<string, Seen>> = {
  'api-frozen': problems('cluster-unreachable /cluster-a', 'cluster-unreachable /cluster-b'),
  'api-slow': HEALTHY,
};

describe('the panel of faults', () => {
  let watched: WatchedMesh;
  beforeAll(async () => {
    watched = await watchMesh();
  });
  afterAll(() => watched.stop());

  it('is told about in this table, fault by fault', () => {
    const both = Object.keys(TOGETHER).flatMap((id) => watched.mesh.members.map(({ name }) => `${id}-${name}`));
    const toggles = watched.faults.list().filter(({ kind }) => kind === 'toggle');

    expect(sorted(...Object.keys(EXPECTED), ...both)).toEqual(toggles.map(({ id }) => id).toSorted());
  });

  it('starts from a healthy mesh', async () => {
    expect(await watched.look()).toEqual(HEALTHY);
  });

  it.each(Object.entries(EXPECTED))('%s is found, and nothing is found once it is undone', async (id, expected) => {
    await watched.faults.set(id, true);
    const during = await watched.look();
    await watched.faults.set(id, false);

    expect({ during, after: await watched.look() }).toEqual({ during: expected, after: HEALTHY });
  });

  it.each(Object.entries(TOGETHER))('%s of both clusters is seen for what it is', async (id, expected) => {
    for (const { name } of watched.mesh.members) await watched.faults.set(`${id}-${name}`, true);
    const during = await watched.look();
    for (const { name } of watched.mesh.members) await watched.faults.set(`${id}-${name}`, false);

    expect({ during, after: await watched.look() }).toEqual({ during: expected, after: HEALTHY });
  });
});

describe('time that passes in the panel', () => {
  it.each([
    ['advance-1h', HEALTHY],
    ['advance-1d', HEALTHY],
    ['advance-40d', HEALTHY],
    ['advance-renewal', problems('cacerts-outdated cluster-a/istio-system/cacerts', 'cacerts-outdated cluster-b/istio-system/cacerts')],
  ])('%s leaves what was to be expected', async (id, expected) => {
    const watched = await watchMesh();
    await watched.faults.set(id, true);
    const after = await watched.look();
    await watched.stop();

    expect(after).toEqual(expected);
  });

  it('knows no other action', async () => {
    const watched = await watchMesh();
    const actions = watched.faults.list().filter(({ kind }) => kind === 'action');
    await watched.stop();

    expect(actions.map(({ id }) => id)).toEqual([
      'deny-next-request',
      'fail-next-request',
      'advance-1h',
      'advance-1d',
      'advance-40d',
      'advance-renewal',
    ]);
  });
});
