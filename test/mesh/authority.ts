/** Real certificates for snapshots, made once for all tests of the room. */
import { createAuthority, createKey, type Authority, type AuthorityOptions } from '../../lab/pki/authority.ts';
import { type CacertsFacts, inspectCacerts } from '../../src/pki/cacerts.ts';
import { type Certificate, readCertificates } from '../../src/pki/certificate.ts';

export const NOW = Date.UTC(2026, 2, 1, 12);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function life(from: number, to: number): { readonly notBefore: number; readonly notAfter: number } {
  return { notBefore: NOW + from, notAfter: NOW + to };
}

const ROOT_LIFE = life(-30 * DAY, 3620 * DAY);
const INTERMEDIATE_LIFE = life(-20 * DAY, 160 * DAY);

export const ROOT = createAuthority({ commonName: 'istio-root', ...ROOT_LIFE });
export const NEXT_ROOT = createAuthority({ commonName: 'istio-root-g2', ...ROOT_LIFE });
export const OTHER_ROOT = createAuthority({ commonName: 'somebody-else', ...ROOT_LIFE });

export function intermediate(cluster: string, by: Authority = ROOT, options: Partial<AuthorityOptions> = {}): Authority {
  return by.issueIntermediate({ commonName: `istio-ica-${cluster}`, ...INTERMEDIATE_LIFE, ...options });
}

const made = new Map<string, Authority>();

/** The intermediate that a healthy cluster of this name has: the same one each time. */
export function signingOf(cluster: string): Authority {
  const known = made.get(cluster) ?? intermediate(cluster);
  made.set(cluster, known);
  return known;
}

export function certificatesIn(pem: string): readonly Certificate[] {
  return readCertificates(pem).certificates;
}

export function certificateOf({ certificatePem }: Authority): Certificate {
  const [certificate] = certificatesIn(certificatePem);
  if (certificate === undefined) throw new Error('The lab made a certificate that the product cannot read');
  return certificate;
}

/** The data of a canonical `cacerts`, with some keys changed; undefined leaves one out. */
export function cacertsTexts(signing: Authority, changes: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const texts = {
    'ca-cert.pem': signing.certificatePem,
    'ca-key.pem': signing.keyPem,
    'cert-chain.pem': signing.chainPem + signing.rootPem,
    'root-cert.pem': signing.rootPem,
    ...changes,
  };
  return Object.fromEntries(Object.entries(texts).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}

export function cacertsFacts(signing: Authority, changes: Readonly<Record<string, string | undefined>> = {}): CacertsFacts {
  const entries = Object.entries(cacertsTexts(signing, changes));
  return inspectCacerts(Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text)])));
}

export { createAuthority, createKey };
