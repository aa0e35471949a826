import type { Authority } from '../../../lab/pki/authority.ts';
import { intermediateSignedByRoot } from '../../../src/mesh/checks/intermediate-signed-by-root.ts';
import type { IntermediateSecret } from '../../../src/mesh/model.ts';
import { certificateOf, createAuthority, DAY, HOUR, intermediate, life, OTHER_ROOT, ROOT, signingOf } from '../authority.ts';
import { type Change, inIntermediate, inSource, seen, source } from '../build.ts';
import { grid } from '../grid.ts';

const SELF_SIGNED = createAuthority({ commonName: 'istio-ica-b', ...life(-DAY, 90 * DAY) });

function issued(of: Authority, changes: Partial<IntermediateSecret> = {}): Change {
  return inSource('b', () => source('b', of, changes));
}

grid(intermediateSignedByRoot, [
  {
    name: 'finds a Secret that is not there',
    changes: [inIntermediate('b', () => ({ secret: seen(null) }))],
    finds: [['intermediate-secret-missing', 'ticket', 'cluster b']],
  },
  {
    name: 'is silent where its Certificate is missing too',
    changes: [inIntermediate('b', () => ({ certificate: null, secret: seen(null) }))],
    finds: [],
  },
  {
    name: 'finds one that cannot be read',
    changes: [issued(signingOf('b'), { chain: [], faults: ['tls.crt: There is no PEM block in it.'] })],
    finds: [['intermediate-secret-unreadable', 'ticket', 'cluster b']],
  },
  {
    name: 'finds one without a certificate',
    changes: [issued(signingOf('b'), { chain: [] })],
    finds: [['intermediate-secret-unreadable', 'ticket', 'cluster b']],
  },
  {
    name: "finds the guide's mistake",
    changes: [issued(SELF_SIGNED, { issuerAnnotation: 'selfsigned' })],
    finds: [['intermediate-self-signed', 'ticket', 'cluster b']],
  },
  {
    name: 'finds a foreign key',
    changes: [issued(signingOf('b'), { keyFingerprint: 'AA:BB' })],
    finds: [['intermediate-key-mismatch', 'ticket', 'cluster b']],
  },
  {
    name: 'finds a root that did not sign it',
    changes: [issued(signingOf('b'), { ca: [certificateOf(OTHER_ROOT)] })],
    finds: [['intermediate-untrusted', 'ticket', 'cluster b']],
  },
  {
    name: 'finds one without a root',
    changes: [issued(signingOf('b'), { ca: [] })],
    finds: [['intermediate-untrusted', 'ticket', 'cluster b']],
  },
  {
    name: 'finds one from another issuer than is named',
    changes: [issued(signingOf('b'), { issuerAnnotation: 'lets-encrypt' })],
    finds: [['intermediate-issuer-differs', 'ticket', 'cluster b']],
  },
  { name: 'is silent about a chain of intermediates', changes: [issued(intermediate('b', intermediate('middle')))], finds: [] },
  { name: 'leaves its end to others', changes: [issued(intermediate('b', ROOT, life(-100 * DAY, -DAY)))], finds: [] },
  { name: 'is silent about one that begins in a moment', changes: [issued(intermediate('b', ROOT, life(HOUR / 60, 90 * DAY)))], finds: [] },
]);
