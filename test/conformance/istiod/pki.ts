/** The certificates of the recordings once more: the same names, lives and relations, with keys of our own. */
import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { readCertificates } from '../../../src/pki/certificate.ts';
import { newKey, signerOf } from '../../../lab/pki/authority.ts';
import { remember } from '../../../lab/pki/keys.ts';
import { type Life, nameOf, signCertificate } from '../../../lab/pki/sign.ts';
import { recordedCertificates } from './recording.ts';

/** A certificate and its key, both PEM. */
export interface Named {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Who signed what; those not listed signed themselves. */
const SIGNERS: Readonly<Record<string, string>> = {
  'ica-a1-by-root-a': 'root-a',
  'ica-a2-by-root-a': 'root-a',
  'ica-a3-by-root-a': 'root-a',
  'ica-a1-by-root-b': 'root-b',
  'ica-rsa-by-root-rsa': 'root-rsa',
  'ica-by-root-c': 'root-c',
  'ica-expired': 'root-a',
  'ica-notyet': 'root-a',
  'ica-nonca': 'root-a',
  'ica-ed25519': 'root-a',
  'ica-2h': 'root-a',
  'sub-root-a': 'root-a',
  'ica-by-sub': 'sub-root-a',
};
const ROOTS = ['root-a', 'root-b', 'root-c', 'root-rsa', 'root-a-newkey', 'selfsigned-ica'];

/** Every certificate by its name, and the way back. */
export class NamedCertificates {
  readonly #named = new Map<string, Named>();

  constructor() {
    for (const name of ROOTS) this.#add(name, keyFor(name));
    this.#add('root-a-renewed', undefined, 'root-a');
    for (const [name, signer] of Object.entries(SIGNERS)) this.#named.set(name, this.#issue(name, signer));
  }

  get(name: string): Named {
    const found = this.#named.get(name);
    if (found === undefined) throw new Error(`The recordings have no certificate ${name}`);
    return found;
  }

  /** One more below root A, such as one that ends soon. */
  make(name: string, commonName: string, life: Life): Named {
    const made = this.#sign({ commonName, life, key: newKey(), signer: 'root-a', ca: true });
    this.#named.set(name, made);
    return made;
  }

  /** What the recordings call a certificate; a leaf is told by who signed it. */
  nameOf(pem: string): string {
    const known = [...this.#named].find(([, { certificatePem }]) => certificatePem === pem);
    if (known !== undefined) return known[0];
    return `leaf by ${this.signerOf(pem) ?? '?'}`;
  }

  /** Whose key signed it. */
  signerOf(pem: string): string | undefined {
    const leaf = new X509Certificate(pem);
    const by = [...this.#named].find(([, { certificatePem }]) => {
      const issuer = new X509Certificate(certificatePem);
      return issuer.subject === leaf.issuer && leaf.subject !== leaf.issuer && leaf.verify(issuer.publicKey);
    });
    return by?.[0];
  }

  /** With every certificate in a text replaced as the recordings do. */
  inWords(text: string): string {
    return text.replace(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g, (pem) => {
      const [certificate] = readCertificates(`${pem}\n`).certificates;
      const known = this.nameOf(`${pem.replaceAll('\r', '')}\n`);
      return `<PEM certificate: ${known.startsWith('leaf') ? `issued by ${certificate?.issuer}` : known}>`;
    });
  }

  #add(name: string, key: KeyObject | undefined, keyOf?: string): void {
    const { subject, life } = wordsOf(name);
    const own = key ?? newKey();
    const before = keyOf === undefined ? undefined : this.get(keyOf);
    const signer =
      before === undefined ? { key: own, name: nameOf(subject, 'bench'), keyId: undefined } : { ...signerOf(before), keyId: undefined };
    const publicKey = createPublicKey(signer.key);
    const certificatePem = signCertificate(
      { commonName: subject, organization: 'bench', publicKey, ca: { pathLength: undefined }, ...life },
      signer,
    );
    this.#named.set(name, { certificatePem, keyPem: before?.keyPem ?? pemOf(own) });
  }

  #issue(name: string, signer: string): Named {
    const { subject, life } = wordsOf(name);
    return this.#sign({ commonName: subject, life, key: keyFor(name), signer, ca: name !== 'ica-nonca' });
  }

  #sign({ commonName, life, key, signer, ca }: Wanted): Named {
    const request = { commonName, organization: 'bench', publicKey: createPublicKey(key), ca: ca ? { pathLength: undefined } : undefined };
    return { certificatePem: signCertificate({ ...request, ...life }, signerOf(this.get(signer))), keyPem: pemOf(key) };
  }
}

interface Wanted {
  readonly commonName: string;
  readonly life: Life;
  readonly key: KeyObject;
  readonly signer: string;
  readonly ca: boolean;
}

function wordsOf(name: string): { subject: string; life: Life } {
  const recorded = recordedCertificates()[name];
  const subject = /CN=(?<cn>[^,]+)/.exec(recorded?.subject ?? '')?.groups?.['cn'];
  if (recorded === undefined || subject === undefined) throw new Error(`The recordings have no certificate ${name}`);
  return { subject, life: { notBefore: Date.parse(recorded.notBefore), notAfter: Date.parse(recorded.notAfter) } };
}

function keyFor(name: string): KeyObject {
  if (name.includes('rsa')) return newKey('RSA');
  return name === 'ica-ed25519' ? generateKeyPairSync('ed25519').privateKey : newKey();
}

function pemOf(key: KeyObject): string {
  return remember(key.export({ type: key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs8', format: 'pem' }).toString());
}
