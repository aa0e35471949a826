/** The files of /etc/cacerts: which of them istiod reads, and whether what stands in them is good (istio: security/pkg/pki/util/keycertbundle.go). */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { goBlocks, goCertificates } from './pem.ts';
import { verifyLikeGo } from './verify.ts';

/** The volume: texts by file name. */
export type Files = Readonly<Record<string, string>>;

/** What istiod signs with and hands out, as texts. */
export interface BundleTexts {
  readonly certificate: string;
  readonly key: string;
  readonly chain: string;
  readonly roots: string;
  readonly crl: string | undefined;
}

/** Under which names the parts lie. A file `tls.crt` decides for the style of Secrets of type kubernetes.io/tls. */
export interface Layout {
  readonly style: 'pem' | 'tls';
  readonly files: Pick<Record<keyof BundleTexts, string>, 'certificate' | 'key' | 'chain' | 'roots'>;
}

const PEM: Layout = {
  style: 'pem',
  files: { certificate: 'ca-cert.pem', key: 'ca-key.pem', chain: 'cert-chain.pem', roots: 'root-cert.pem' },
};
const TLS: Layout = { style: 'tls', files: { certificate: 'tls.crt', key: 'tls.key', chain: 'tls.crt', roots: 'ca.crt' } };
const CRL = 'ca-crl.pem';

/** The style of a volume. */
export function layoutOf(files: Files): Layout {
  return files['tls.crt'] === undefined ? PEM : TLS;
}

/** True when at least one file has a name that istiod knows. */
export function hasKnownFile(files: Files): boolean {
  return [...Object.values(PEM.files), ...Object.values(TLS.files)].some((name) => files[name] !== undefined);
}

/** The first file of the layout that is not there, if any. */
export function missingFile(files: Files, { files: names }: Layout): string | undefined {
  return [names.roots, names.certificate, names.key, names.chain].find((name) => files[name] === undefined);
}

/** True when a list of revocations lies beside them; in the tls style it is not read. */
export function hasCrl(files: Files, { style }: Layout): boolean {
  return style === 'pem' && files[CRL] !== undefined;
}

/** The texts of a complete volume. */
export function textsOf(files: Files, layout: Layout): BundleTexts {
  const text = (name: string): string => files[name] ?? '';
  const { certificate, key, chain, roots } = layout.files;
  return {
    certificate: text(certificate),
    key: text(key),
    chain: layout.style === 'tls' ? text(chain) + text(roots) : text(chain),
    roots: text(roots),
    crl: hasCrl(files, layout) ? text(CRL) : undefined,
  };
}

/** What istiod says of a bundle that it does not take, or undefined. The CA flag and the chain's membership are not looked at here. */
export function bundleError(texts: BundleTexts, now: number): string | undefined {
  const [own] = goCertificates(texts.certificate);
  if (own === undefined) return 'failed to parse cert PEM: invalid PEM encoded certificate';
  const pool = (text: string): (typeof own.certificate)[] => goCertificates(text).map(({ certificate }) => certificate);
  const error = verifyLikeGo(own.certificate, { roots: pool(texts.roots), intermediates: pool(texts.chain), now });
  if (error !== undefined) return `cannot verify the cert with the provided root chain and cert pool with error: ${error}`;
  return keyError(own.der, texts.key) ?? crlError(texts);
}

const KEY_LABELS = new Set(['EC PRIVATE KEY', 'RSA PRIVATE KEY', 'PRIVATE KEY']);

function keyError(certificate: Buffer, keyText: string): string | undefined {
  const [block] = goBlocks(keyText);
  if (block === undefined) return 'failed to parse private key PEM: invalid PEM-encoded key';
  if (!KEY_LABELS.has(block.label)) return `failed to parse private key PEM: unsupported PEM block type for a private key: ${block.label}`;
  if (sameKey(createPrivateKey(block.pem), new X509Certificate(certificate).publicKey)) return undefined;
  return 'the cert does not match the key: tls: private key does not match public key';
}

function sameKey(own: KeyObject, other: KeyObject): boolean {
  return createPublicKey(own).equals(other);
}

/** The lab makes no lists of revocations, so none covers anybody. */
function crlError({ crl, chain }: BundleTexts): string | undefined {
  if (crl === undefined || crl === '') return undefined;
  return `missing CRL signed by certificates: [${goCertificates(chain)
    .map(({ certificate }) => certificate.subject)
    .join(' ')}]`;
}
