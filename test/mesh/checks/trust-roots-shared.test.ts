import type { Authority } from '../../../lab/pki/authority.ts';
import { trustRootsShared } from '../../../src/mesh/checks/trust-roots-shared.ts';
import { cacertsFacts, certificateOf, intermediate, NEXT_ROOT, OTHER_ROOT, ROOT, signingOf } from '../authority.ts';
import { type Change, inCluster, mesh, seen, trust } from '../build.ts';
import { grid } from '../grid.ts';

/** A cluster that signs under one root, trusts these, and publishes them. */
function trusts(name: string, by: Authority, ...roots: readonly Authority[]): Change {
  const pem = roots.map(({ certificatePem }) => certificatePem).join('');
  const facts = cacertsFacts(by === ROOT ? signingOf(name) : intermediate(name, by), { 'root-cert.pem': pem });
  return inCluster(name, () => ({ cacerts: seen(facts), trust: seen(trust(roots.map(certificateOf))) }));
}

grid(trustRootsShared, [
  {
    name: 'finds two clusters with roots of their own',
    changes: [trusts('b', OTHER_ROOT, OTHER_ROOT)],
    finds: [['trust-roots-differ', 'page', 'mesh mesh']],
  },
  {
    name: 'finds the one of three that is different',
    mesh: mesh('a', 'b', 'c'),
    changes: [trusts('b', OTHER_ROOT, OTHER_ROOT)],
    finds: [['trust-roots-differ', 'page', 'cluster b']],
  },
  {
    name: 'finds that trust goes one way only',
    changes: [trusts('b', NEXT_ROOT, ROOT, NEXT_ROOT)],
    finds: [['trust-roots-differ', 'page', 'mesh mesh']],
  },
  {
    name: 'is silent where both trust both roots in any order',
    changes: [trusts('a', ROOT, ROOT, NEXT_ROOT), trusts('b', NEXT_ROOT, NEXT_ROOT, ROOT)],
    finds: [],
  },
  {
    name: 'notes the overlap of a rotation',
    changes: [trusts('b', ROOT, ROOT, NEXT_ROOT)],
    finds: [['trust-roots-overlap', 'info', 'mesh mesh']],
  },
  {
    name: 'is silent about a change that istiod did not take up',
    changes: [inCluster('b', () => ({ cacerts: seen(cacertsFacts(intermediate('b', OTHER_ROOT))) }))],
    finds: [],
  },
  {
    name: 'goes by cacerts where nothing is published',
    changes: [
      inCluster('b', () => ({ cacerts: seen(cacertsFacts(intermediate('b', OTHER_ROOT))), trust: seen(trust([], { system: null })) })),
    ],
    finds: [['trust-roots-differ', 'page', 'mesh mesh']],
  },
  {
    name: 'finds an istiod with a CA of its own',
    changes: [inCluster('b', () => ({ cacerts: seen(null), trust: seen(trust([certificateOf(OTHER_ROOT)])) }))],
    finds: [['trust-roots-differ', 'page', 'mesh mesh']],
  },
  {
    name: 'is silent where nobody can tell the roots of a cluster',
    changes: [inCluster('b', () => ({ cacerts: seen(null), trust: seen(trust([], { system: null })) }))],
    finds: [],
  },
  { name: 'is silent about a mesh of one cluster', mesh: mesh('a'), finds: [] },
]);
