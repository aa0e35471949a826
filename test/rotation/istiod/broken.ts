import { createPrivateKey } from 'node:crypto';
import { type Bench, type Data, fourFiles } from './bench.ts';

/** The bundles that the recordings of broken `cacerts` name, in their words. */
export function brokenBundles(bench: Bench): Readonly<Record<string, Data>> {
  const { a, b, a1, a2, a3, renewed } = bench;
  const rootA = a.certificatePem;
  const good = fourFiles(a2, rootA);
  const change = (more: Data): Data => ({ ...good, ...more });
  const tls: Data = { 'tls.crt': a2.certificatePem, 'tls.key': a2.keyPem, 'ca.crt': rootA };
  const each = (edit: (text: string) => string): Data => Object.fromEntries(Object.entries(good).map(([key, text]) => [key, edit(text)]));
  const encrypted = createPrivateKey(a2.keyPem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
  return {
    'missing ca-key.pem': without(good, 'ca-key.pem'),
    'missing ca-cert.pem': without(good, 'ca-cert.pem'),
    'missing root-cert.pem': without(good, 'root-cert.pem'),
    'missing cert-chain.pem': without(good, 'cert-chain.pem'),
    'key of another certificate': change({ 'ca-key.pem': a3.keyPem }),
    'intermediate signed by a foreign root': fourFiles(bench.foreign, rootA, bench.c.certificatePem),
    'self-signed "intermediate" (the guide\'s mistake), root-cert.pem = root A': selfSigned(bench, rootA),
    'self-signed "intermediate", root-cert.pem = itself': selfSigned(bench, bench.selfSigned.certificatePem),
    'renewed root, new key, same subject DN: root-cert.pem new, intermediate of the old root key': fourFiles(
      a2,
      bench.newKey.certificatePem,
    ),
    'renewed root, same key: root-cert.pem renewed, intermediate unchanged': fourFiles(a2, renewed),
    'expired intermediate': fourFiles(bench.expired, rootA),
    'not yet valid intermediate': fourFiles(bench.notYet, rootA),
    'certificate without the CA flag': fourFiles(bench.noCa, rootA),
    'Ed25519 key': fourFiles(bench.ed25519, rootA),
    'ca-cert.pem and key of another key algorithm (Ed25519)': fourFiles(bench.ed25519, rootA),
    'RSA intermediate of an RSA root': fourFiles(bench.ofRsa, bench.rsa.certificatePem),
    'key in PKCS#8 form': change({ 'ca-key.pem': createPrivateKey(a2.keyPem).export({ type: 'pkcs8', format: 'pem' }).toString() }),
    'encrypted key': change({ 'ca-key.pem': encrypted }),
    'empty ca-key.pem': change({ 'ca-key.pem': '' }),
    'empty cert-chain.pem': change({ 'cert-chain.pem': '' }),
    'empty root-cert.pem': change({ 'root-cert.pem': '' }),
    'cert-chain.pem = intermediate only': change({ 'cert-chain.pem': a2.certificatePem }),
    'cert-chain.pem = root first, then intermediate': change({ 'cert-chain.pem': rootA + a2.certificatePem }),
    'cert-chain.pem = another (older) intermediate and root': change({ 'cert-chain.pem': a3.certificatePem + rootA }),
    'cert-chain.pem = text that is no PEM': change({ 'cert-chain.pem': 'this is no PEM\n' }),
    'two levels: intermediate of a sub CA, chain complete': fourFiles(bench.ofSub, rootA),
    'two levels: sub CA missing in the chain': fourFiles({ ...bench.ofSub, chainPem: bench.ofSub.certificatePem }, rootA),
    'ca-cert.pem holds two certificates (intermediate, root)': change({ 'ca-cert.pem': a2.certificatePem + rootA }),
    'ca-cert.pem holds two certificates, wrong order (root, intermediate)': change({ 'ca-cert.pem': rootA + a2.certificatePem }),
    'CRLF line ends in all four': each((text) => text.replaceAll('\n', '\r\n')),
    'trailing spaces and text behind the certificates': each((text) => `${text}   \nsome text behind\n`),
    'text before the PEM blocks': each((text) => `some text before\n${text}`),
    'no newline at the end of any file': each((text) => text.trimEnd()),
    'no newline at the end of ca-cert.pem, glued in cert-chain.pem': change({
      'ca-cert.pem': a2.certificatePem.trimEnd(),
      'cert-chain.pem': a2.certificatePem.trimEnd() + rootA,
    }),
    'root-cert.pem = two roots (A, B)': change({ 'root-cert.pem': rootA + b.certificatePem }),
    'root-cert.pem = root A and an expired certificate': change({ 'root-cert.pem': rootA + bench.expired.certificatePem }),
    'tls style (tls.crt, tls.key, ca.crt)': tls,
    'tls style, ca.crt missing': without(tls, 'ca.crt'),
    'tls style, tls.key missing': without(tls, 'tls.key'),
    'both styles together, different intermediates (PEM files: intermediate 1, tls.*: intermediate 2)': { ...fourFiles(a1, rootA), ...tls },
    'good four files plus tls.crt only': change({ 'tls.crt': a2.certificatePem }),
    'only an unknown key in the Secret': { 'unknown.txt': 'x' },
    'good four files plus an unknown key': change({ 'unknown.txt': 'x' }),
    'ca-crl.pem that is no CRL': change({ 'ca-crl.pem': 'this is no CRL\n' }),
    'all files gone (Secret deleted: the kubelet keeps the old files; here the volume is emptied)': {},
  };
}

function selfSigned({ selfSigned: one }: Bench, roots: string): Data {
  return { ...fourFiles(one, roots), 'cert-chain.pem': one.certificatePem + one.certificatePem };
}

function without(data: Data, key: string): Data {
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== key));
}
