/** Real certificates under the names of the recordings, made from what the recordings say of them: issuer, name, dates. */
import { type Authority, createAuthority } from '../../../lab/pki/authority.ts';
import { type Certificate, readCertificates } from '../../../src/pki/certificate.ts';

/** One element of a recorded chain. */
export interface RecordedCertificate {
  readonly cert: string;
  readonly subject: string;
  readonly san: string | null;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly isCA: boolean;
}

/** When the recordings were made: between the dates of everything that is neither expired nor from the future. */
export const RECORDED_AT = Date.parse('2026-11-22T16:30:00Z');

export class RecordedPki {
  readonly #facts = new Map<string, RecordedCertificate>();
  readonly #issuers = new Map<string, string>();
  readonly #authorities = new Map<string, Authority>();
  readonly #certificates = new Map<string, Certificate>();

  /** Learns from a chain, its leaf first: whoever follows issued what stands before. */
  learn(chain: readonly RecordedCertificate[]): void {
    chain.forEach((one, index) => {
      this.#facts.set(one.cert, one);
      this.#issuers.set(one.cert, chain[index + 1]?.cert ?? this.#issuers.get(one.cert) ?? one.cert);
    });
  }

  certificate(name: string): Certificate {
    const known = this.#certificates.get(name) ?? only(this.#pem(name));
    this.#certificates.set(name, known);
    return known;
  }

  #pem(name: string): string {
    const fact = this.#fact(name);
    if (fact.isCA) return this.#authority(name).certificatePem;
    const spiffe = fact.san?.startsWith('URI:') === true ? fact.san.slice('URI:'.length) : undefined;
    const issuer = this.#issuers.get(name) ?? name;
    if (issuer === name) return createAuthority({ commonName: name, ...lifeOf(fact) }).certificatePem;
    return this.#authority(issuer).issueLeaf({ ...lifeOf(fact), ...(spiffe === undefined ? { commonName: name } : { spiffe }) })
      .certificatePem;
  }

  #authority(name: string): Authority {
    const known = this.#authorities.get(name);
    if (known !== undefined) return known;
    const fact = this.#fact(name);
    const options = { commonName: /CN=(?<name>[^,]+)/.exec(fact.subject)?.groups?.['name'] ?? name, ...lifeOf(fact) };
    const issuer = this.#issuers.get(name) ?? name;
    const made = issuer === name ? createAuthority(options) : this.#authority(issuer).issueIntermediate(options);
    this.#authorities.set(name, made);
    return made;
  }

  #fact(name: string): RecordedCertificate {
    const found = this.#facts.get(name);
    if (found === undefined) throw new Error(`No recording says anything of the certificate ${name}`);
    return found;
  }
}

function lifeOf({ notBefore, notAfter }: RecordedCertificate): { readonly notBefore: number; readonly notAfter: number } {
  return { notBefore: Date.parse(notBefore), notAfter: Date.parse(notAfter) };
}

function only(pem: string): Certificate {
  const [certificate] = readCertificates(pem).certificates;
  if (certificate === undefined) throw new Error('The lab made a certificate that the product cannot read');
  return certificate;
}
