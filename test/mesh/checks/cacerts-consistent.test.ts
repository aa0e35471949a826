import { cacertsConsistent } from '../../../src/mesh/checks/cacerts-consistent.ts';
import {
  cacertsFacts,
  createAuthority,
  createKey,
  DAY,
  HOUR,
  intermediate,
  life,
  NEXT_ROOT,
  OTHER_ROOT,
  ROOT,
  signingOf,
} from '../authority.ts';
import { type Change, part } from '../build.ts';
import { grid } from '../grid.ts';

function holds(changes: Readonly<Record<string, string | undefined>>, signing = signingOf('b')): Change {
  return part('b', 'cacerts', () => cacertsFacts(signing, changes));
}

const PEM = signingOf('b').certificatePem;
const SELF_SIGNED = createAuthority({ commonName: 'istio-ica-b', ...life(-DAY, 90 * DAY) });
const TWIN = createAuthority({ commonName: 'istio-root', ...life(-30 * DAY, 3620 * DAY) });
const NONE = { 'ca-cert.pem': undefined, 'ca-key.pem': undefined, 'cert-chain.pem': undefined, 'root-cert.pem': undefined };
const AT = 'object b istio-system/cacerts';

grid(cacertsConsistent, [
  { name: 'is silent where there is none', changes: [part('b', 'cacerts', () => null)], finds: [] },
  {
    name: 'is silent about both roots of a rotation',
    changes: [holds({ 'root-cert.pem': ROOT.certificatePem + NEXT_ROOT.certificatePem })],
    finds: [],
  },
  { name: 'finds an empty one', changes: [holds(NONE)], finds: [['cacerts-empty', 'page', AT]] },
  { name: 'finds one that lacks a file', changes: [holds({ 'cert-chain.pem': undefined })], finds: [['cacerts-incomplete', 'page', AT]] },
  {
    name: 'finds a certificate that cannot be read',
    changes: [holds({ 'ca-cert.pem': 'this is no certificate\n' })],
    finds: [['cacerts-unreadable', 'page', AT]],
  },
  { name: 'finds a foreign key', changes: [holds({ 'ca-key.pem': createKey() })], finds: [['cacerts-key-mismatch', 'page', AT]] },
  {
    name: "finds the guide's mistake",
    changes: [holds({ 'root-cert.pem': ROOT.certificatePem }, SELF_SIGNED)],
    finds: [['cacerts-self-signed', 'page', AT]],
  },
  {
    name: 'finds one that does not verify to its roots',
    changes: [holds({ 'root-cert.pem': OTHER_ROOT.certificatePem })],
    finds: [['cacerts-untrusted', 'page', AT]],
  },
  { name: 'leaves the end within 24 hours to others', changes: [holds({}, intermediate('b', ROOT, life(-20 * DAY, HOUR)))], finds: [] },
  { name: 'leaves one that outlives its root to others', changes: [holds({}, intermediate('b', ROOT, life(-DAY, 3621 * DAY)))], finds: [] },
  {
    name: 'notes one that is as fresh as clocks are apart',
    changes: [holds({}, intermediate('b', ROOT, life(-HOUR / 60, 90 * DAY)))],
    finds: [['cacerts-too-fresh', 'info', AT]],
  },
  {
    name: 'finds a chain that begins with the root',
    changes: [holds({ 'cert-chain.pem': ROOT.certificatePem + PEM })],
    finds: [
      ['cacerts-chain-not-first', 'page', AT],
      ['cacerts-chain-foreign', 'ticket', AT],
    ],
  },
  {
    name: 'finds a foreign certificate in the chain',
    changes: [holds({ 'cert-chain.pem': PEM + OTHER_ROOT.certificatePem })],
    finds: [['cacerts-chain-foreign', 'ticket', AT]],
  },
  {
    name: 'notes a certificate that stands twice in the chain',
    changes: [holds({ 'cert-chain.pem': PEM + PEM + ROOT.certificatePem })],
    finds: [['cacerts-chain-duplicate', 'info', AT]],
  },
  {
    name: 'finds an intermediate among the roots',
    changes: [holds({ 'root-cert.pem': ROOT.certificatePem + signingOf('a').certificatePem })],
    finds: [['cacerts-root-not-a-root', 'ticket', AT]],
  },
  {
    name: 'finds two roots of one name',
    changes: [holds({ 'root-cert.pem': ROOT.certificatePem + TWIN.certificatePem })],
    finds: [['cacerts-roots-share-a-name', 'ticket', AT]],
  },
  {
    name: 'finds three roots',
    changes: [holds({ 'root-cert.pem': ROOT.certificatePem + NEXT_ROOT.certificatePem + OTHER_ROOT.certificatePem })],
    finds: [['cacerts-too-many-roots', 'ticket', AT]],
  },
  {
    name: 'notes a root that stands twice',
    changes: [holds({ 'root-cert.pem': ROOT.certificatePem + NEXT_ROOT.certificatePem + NEXT_ROOT.certificatePem })],
    finds: [['cacerts-duplicate-roots', 'info', AT]],
  },
  {
    name: 'notes bytes that are not canonical',
    changes: [holds({ 'root-cert.pem': `${ROOT.certificatePem}\n` })],
    finds: [['cacerts-not-canonical', 'info', AT]],
  },
  { name: 'finds the keys that cert-manager writes', changes: [holds({ 'tls.crt': PEM })], finds: [['cacerts-tls-keys', 'page', AT]] },
  {
    name: 'finds the keys that cert-manager writes alone',
    changes: [holds({ ...NONE, 'tls.crt': PEM })],
    finds: [
      ['cacerts-empty', 'page', AT],
      ['cacerts-tls-keys', 'page', AT],
    ],
  },
  {
    name: 'finds the mark of a CA that istiod made',
    changes: [holds({ 'istio-generated': '' })],
    finds: [['cacerts-istio-generated', 'ticket', AT]],
  },
  {
    name: 'notes data that do not belong there',
    changes: [holds({ 'notes.txt': 'hello' })],
    finds: [['cacerts-foreign-keys', 'info', AT]],
  },
  {
    name: 'finds a key of a kind that is not known to work',
    changes: [part('b', 'cacerts', (facts) => facts && { ...facts, key: facts.key && { ...facts.key, kind: 'Ed25519' } })],
    finds: [['cacerts-key-kind', 'ticket', AT]],
  },
  {
    name: 'finds several things at once',
    changes: [holds({ 'ca-key.pem': createKey(), 'root-cert.pem': OTHER_ROOT.certificatePem })],
    finds: [
      ['cacerts-key-mismatch', 'page', AT],
      ['cacerts-untrusted', 'page', AT],
    ],
  },
]);
