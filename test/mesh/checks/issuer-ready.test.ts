import { issuerReady } from '../../../src/mesh/checks/issuer-ready.ts';
import { type Change, condition, inAuthority, inCertificate, issuer, withSpec } from '../build.ts';
import { grid } from '../grid.ts';

const WRONG = { name: 'istio-root-selfsigned', kind: 'ClusterIssuer', group: 'cert-manager.io' };

function issuedBy(name: string, changes: Partial<typeof WRONG> = {}): Change {
  return inCertificate(name, (certificate) => withSpec(certificate, { issuer: { ...WRONG, ...changes } }));
}

grid(issuerReady, [
  {
    name: 'finds one that is missing',
    changes: [inAuthority(({ issuers }) => ({ issuers: issuers.slice(0, 1) }))],
    finds: [['issuer-missing', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds one that is not ready',
    changes: [
      inAuthority(() => ({
        issuers: [
          issuer('istio-root-selfsigned', 'selfSigned'),
          issuer('istio-root-ca', 'ca', { conditions: [condition('Ready', 'False', 'ErrGetKeyPair', 'secret "istio-root" not found')] }),
        ],
      })),
    ],
    finds: [['issuer-not-ready', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds one that nobody has looked at',
    changes: [
      inAuthority(() => ({ issuers: [issuer('istio-root-selfsigned', 'selfSigned', { conditions: [] }), issuer('istio-root-ca', 'ca')] })),
    ],
    finds: [['issuer-not-ready', 'ticket', 'mesh mesh']],
  },
  {
    name: "finds the guide's mistake once for all clusters",
    changes: [issuedBy('a'), issuedBy('b')],
    finds: [['issuer-wrong-type', 'page', 'mesh mesh']],
  },
  { name: "finds the guide's mistake in one cluster", changes: [issuedBy('b')], finds: [['issuer-wrong-type', 'page', 'cluster b']] },
  {
    name: "finds the guide's mistake where there is no ca issuer at all",
    changes: [issuedBy('a'), issuedBy('b'), inAuthority(({ issuers }) => ({ issuers: issuers.slice(0, 1) }))],
    finds: [['issuer-wrong-type', 'page', 'mesh mesh']],
  },
  {
    name: 'is silent about issuers that nothing of the authority names',
    changes: [inAuthority(({ issuers }) => ({ issuers: [...issuers, issuer('lets-encrypt', 'other', { conditions: [] })] }))],
    finds: [],
  },
  { name: 'is silent about issuers of other makers', changes: [issuedBy('b', { name: 'vault', group: 'example.com' })], finds: [] },
  {
    name: 'is silent about issuers of a namespace, which were not looked at',
    changes: [issuedBy('b', { name: 'here', kind: 'Issuer' })],
    finds: [],
  },
  {
    name: 'finds an issuer of a namespace that is not ready',
    changes: [
      issuedBy('b', { name: 'here', kind: 'Issuer' }),
      inAuthority(({ issuers }) => ({
        issuers: [...issuers, issuer('here', 'ca', { kind: 'Issuer', namespace: 'istio-ca', conditions: [] })],
      })),
    ],
    finds: [['issuer-not-ready', 'ticket', 'mesh mesh']],
  },
  { name: 'is silent where there are no Certificates', changes: [inAuthority(() => ({ root: null, intermediates: [] }))], finds: [] },
]);
