import { trustPublished } from '../../../src/mesh/checks/trust-published.ts';
import type { TrustFacts } from '../../../src/mesh/model.ts';
import { cacertsFacts, certificateOf, NEXT_ROOT, OTHER_ROOT, ROOT, signingOf } from '../authority.ts';
import { type Change, part, trust } from '../build.ts';
import { grid } from '../grid.ts';

const BOTH = [certificateOf(ROOT), certificateOf(NEXT_ROOT)];

function publishes(value: TrustFacts): Change {
  return part('b', 'trust', () => value);
}

grid(trustPublished, [
  {
    name: 'is silent about a cluster without an application namespace',
    changes: [publishes(trust([certificateOf(ROOT)], { application: null }))],
    finds: [],
  },
  {
    name: 'is silent about order',
    changes: [
      publishes(trust(BOTH.toReversed())),
      part('b', 'cacerts', () => cacertsFacts(signingOf('b'), { 'root-cert.pem': ROOT.certificatePem + NEXT_ROOT.certificatePem })),
    ],
    finds: [],
  },
  {
    name: 'finds that nothing is published',
    changes: [publishes(trust([certificateOf(ROOT)], { system: null, application: null }))],
    finds: [['trust-bundle-missing', 'ticket', 'object b istio-system/istio-ca-root-cert']],
  },
  {
    name: 'finds a namespace without it',
    changes: [publishes(trust([certificateOf(ROOT)], { application: null, missingIn: 'shop' }))],
    finds: [['trust-bundle-missing', 'ticket', 'object b shop/istio-ca-root-cert']],
  },
  {
    name: 'finds one that cannot be read',
    changes: [
      publishes(
        trust([], { application: null, system: { namespace: 'istio-system', certificates: [], faults: ['There is no PEM block in it.'] } }),
      ),
    ],
    finds: [['trust-bundle-unreadable', 'ticket', 'object b istio-system/istio-ca-root-cert']],
  },
  {
    name: 'finds that istiod did not take up a root',
    changes: [
      part('b', 'cacerts', () => cacertsFacts(signingOf('b'), { 'root-cert.pem': ROOT.certificatePem + NEXT_ROOT.certificatePem })),
    ],
    finds: [
      ['trust-bundle-differs', 'ticket', 'object b istio-system/istio-ca-root-cert'],
      ['trust-bundle-differs', 'ticket', 'object b shop/istio-ca-root-cert'],
    ],
  },
  {
    name: 'finds one namespace that is behind',
    changes: [
      publishes(
        trust([certificateOf(ROOT)], { application: { namespace: 'shop', certificates: [certificateOf(OTHER_ROOT)], faults: [] } }),
      ),
    ],
    finds: [['trust-bundle-differs', 'ticket', 'object b shop/istio-ca-root-cert']],
  },
  {
    name: 'is silent about an istiod with a CA of its own',
    changes: [part('b', 'cacerts', () => null), publishes(trust([certificateOf(OTHER_ROOT)]))],
    finds: [],
  },
  {
    name: 'compares the namespaces where there is no cacerts',
    changes: [
      part('b', 'cacerts', () => null),
      publishes(
        trust([certificateOf(OTHER_ROOT)], { application: { namespace: 'shop', certificates: [certificateOf(ROOT)], faults: [] } }),
      ),
    ],
    finds: [['trust-bundle-differs', 'ticket', 'object b shop/istio-ca-root-cert']],
  },
]);
