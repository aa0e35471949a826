/** The bundles that the recordings put into /etc/cacerts, by their words. */
import { createPrivateKey } from 'node:crypto';
import type { Files } from '../../../lab/controllers/istiod/bundle.ts';
import type { NamedCertificates } from './pki.ts';

/** Parts of a bundle by the names of certificates. */
export interface Parts {
  readonly signer: string;
  /** The text of root-cert.pem: names, or a text by itself. */
  readonly roots?: readonly string[] | string;
  readonly chain?: readonly string[];
  /** Whose key; the signer's by default. */
  readonly key?: string;
}

const ROOT_OF: Readonly<Record<string, string>> = {
  'ica-a1-by-root-b': 'root-b',
  'ica-rsa-by-root-rsa': 'root-rsa',
};

/** The four files of a bundle: by default root and chain as the guide has them. */
export function fourFiles(pki: NamedCertificates, { signer, roots, chain, key }: Parts): Record<string, string> {
  const root = ROOT_OF[signer] ?? 'root-a';
  return {
    'ca-cert.pem': pki.get(signer).certificatePem,
    'ca-key.pem': pki.get(key ?? signer).keyPem,
    'root-cert.pem': typeof roots === 'string' ? roots : texts(pki, roots ?? [root]),
    'cert-chain.pem': texts(pki, chain ?? [signer, root]),
  };
}

/** The certificates one after another. */
export function texts(pki: NamedCertificates, names: readonly string[]): string {
  return names.map((name) => pki.get(name).certificatePem).join('');
}

/** What each of the words means; the usual signer is the second intermediate of root A. */
export function oddBundle(pki: NamedCertificates, words: string): Files {
  const missing = /^missing (?<file>\S+)$/.exec(words)?.groups?.['file'];
  if (missing !== undefined) return without(usual(pki), missing);
  const made = { ...ODD, ...ODD_TEXTS, ...ODD_STYLES }[words];
  if (made === undefined) throw new Error(`What is meant by "${words}"?`);
  return made(pki);
}

type Maker = (pki: NamedCertificates) => Files;

const A2 = 'ica-a2-by-root-a';

function usual(pki: NamedCertificates, parts: Partial<Parts> = {}): Record<string, string> {
  return fourFiles(pki, { signer: A2, ...parts });
}

function without(files: Files, name: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([one]) => one !== name));
}

function each(files: Files, change: (text: string) => string): Files {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, change(text)]));
}

const ODD: Readonly<Record<string, Maker>> = {
  'key of another certificate': (pki) => usual(pki, { key: 'ica-a3-by-root-a' }),
  'intermediate signed by a foreign root': (pki) => usual(pki, { signer: 'ica-by-root-c', chain: ['ica-by-root-c', 'root-c'] }),
  'self-signed "intermediate" (the guide\'s mistake), root-cert.pem = root A': (pki) => usual(pki, { signer: 'selfsigned-ica' }),
  'self-signed "intermediate", root-cert.pem = itself': (pki) =>
    usual(pki, { signer: 'selfsigned-ica', roots: ['selfsigned-ica'], chain: ['selfsigned-ica', 'selfsigned-ica'] }),
  'renewed root, new key, same subject DN: root-cert.pem new, intermediate of the old root key': (pki) =>
    usual(pki, { roots: ['root-a-newkey'], chain: [A2, 'root-a-newkey'] }),
  'renewed root, same key: root-cert.pem renewed, intermediate unchanged': (pki) =>
    usual(pki, { roots: ['root-a-renewed'], chain: [A2, 'root-a-renewed'] }),
  'expired intermediate': (pki) => usual(pki, { signer: 'ica-expired' }),
  'not yet valid intermediate': (pki) => usual(pki, { signer: 'ica-notyet' }),
  'certificate without the CA flag': (pki) => usual(pki, { signer: 'ica-nonca' }),
  'Ed25519 key': (pki) => usual(pki, { signer: 'ica-ed25519' }),
  'RSA intermediate of an RSA root': (pki) => usual(pki, { signer: 'ica-rsa-by-root-rsa' }),
  'cert-chain.pem = intermediate only': (pki) => usual(pki, { chain: [A2] }),
  'cert-chain.pem = root first, then intermediate': (pki) => usual(pki, { chain: ['root-a', A2] }),
  'cert-chain.pem = another (older) intermediate and root': (pki) => usual(pki, { chain: ['ica-a3-by-root-a', 'root-a'] }),
  'two levels: intermediate of a sub CA, chain complete': (pki) =>
    usual(pki, { signer: 'ica-by-sub', chain: ['ica-by-sub', 'sub-root-a', 'root-a'] }),
  'two levels: sub CA missing in the chain': (pki) => usual(pki, { signer: 'ica-by-sub', chain: ['ica-by-sub', 'root-a'] }),
  'root-cert.pem = two roots (A, B)': (pki) => usual(pki, { roots: ['root-a', 'root-b'] }),
  'root-cert.pem = root A and an expired certificate': (pki) => usual(pki, { roots: ['root-a', 'ica-expired'] }),
};

const ODD_TEXTS: Readonly<Record<string, Maker>> = {
  'key in PKCS#8 form': (pki) => ({ ...usual(pki), 'ca-key.pem': keyAs(pki, {}) }),
  'encrypted key': (pki) => ({ ...usual(pki), 'ca-key.pem': keyAs(pki, { cipher: 'aes-256-cbc', passphrase: 'secret' }) }),
  'empty ca-key.pem': (pki) => ({ ...usual(pki), 'ca-key.pem': '' }),
  'empty cert-chain.pem': (pki) => ({ ...usual(pki), 'cert-chain.pem': '' }),
  'empty root-cert.pem': (pki) => ({ ...usual(pki), 'root-cert.pem': '' }),
  'cert-chain.pem = text that is no PEM': (pki) => ({ ...usual(pki), 'cert-chain.pem': 'no certificate at all\n' }),
  'ca-cert.pem holds two certificates (intermediate, root)': (pki) => ({ ...usual(pki), 'ca-cert.pem': texts(pki, [A2, 'root-a']) }),
  'ca-cert.pem holds two certificates, wrong order (root, intermediate)': (pki) => ({
    ...usual(pki),
    'ca-cert.pem': texts(pki, ['root-a', A2]),
  }),
  'CRLF line ends in all four': (pki) => each(usual(pki), (text) => text.replaceAll('\n', '\r\n')),
  'trailing spaces and text behind the certificates': (pki) => each(usual(pki), (text) => `${text}   \nsome text\n`),
  'text before the PEM blocks': (pki) => each(usual(pki), (text) => `some text\n${text}`),
  'no newline at the end of any file': (pki) => each(usual(pki), (text) => text.trimEnd()),
  'no newline at the end of ca-cert.pem, glued in cert-chain.pem': (pki) => {
    const certificate = pki.get(A2).certificatePem.trimEnd();
    return { ...usual(pki), 'ca-cert.pem': certificate, 'cert-chain.pem': certificate + pki.get('root-a').certificatePem };
  },
};

function keyAs(pki: NamedCertificates, cipher: { cipher?: string; passphrase?: string }): string {
  return createPrivateKey(pki.get(A2).keyPem)
    .export({ type: 'pkcs8', format: 'pem', ...cipher })
    .toString();
}

function tlsStyle(pki: NamedCertificates): Files {
  const { certificatePem, keyPem } = pki.get(A2);
  return { 'tls.crt': certificatePem, 'tls.key': keyPem, 'ca.crt': pki.get('root-a').certificatePem };
}

const ODD_STYLES: Readonly<Record<string, Maker>> = {
  'tls style (tls.crt, tls.key, ca.crt)': tlsStyle,
  'tls style, ca.crt missing': (pki) => without(tlsStyle(pki), 'ca.crt'),
  'tls style, tls.key missing': (pki) => without(tlsStyle(pki), 'tls.key'),
  'both styles together, different intermediates (PEM files: intermediate 1, tls.*: intermediate 2)': (pki) => ({
    ...fourFiles(pki, { signer: 'ica-a1-by-root-a' }),
    ...tlsStyle(pki),
  }),
  'good four files plus tls.crt only': (pki) => ({ ...usual(pki), 'tls.crt': pki.get(A2).certificatePem }),
  'only an unknown key in the Secret': () => ({ 'unknown.txt': 'x' }),
  'good four files plus an unknown key': (pki) => ({ ...usual(pki), 'unknown.txt': 'x' }),
  'ca-crl.pem that is no CRL': (pki) => ({ ...usual(pki), 'ca-crl.pem': 'no list\n' }),
};
