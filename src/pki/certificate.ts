/** What an X.509 certificate says, read once at the border. */

export type KeyKind = 'RSA' | 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'other';

/** A parsed certificate: facts only. Instants are UTC milliseconds, fingerprints upper-case SHA-256 hex with colons. */
export interface Certificate {
  readonly der: Uint8Array;
  /** SHA-256 over the DER: the identity of a certificate everywhere in the product. */
  readonly fingerprint: string;
  /** Distinguished names as RFC 4514 text, for people. Compare {@link subjectDer}/{@link issuerDer}, never these. */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string | undefined;
  /** The DER of the names in lower-case hex. */
  readonly subjectDer: string;
  readonly issuerDer: string;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** basicConstraints CA:TRUE. */
  readonly isCa: boolean;
  /** pathLenConstraint; undefined where absent. */
  readonly pathLength: number | undefined;
  /** Names of RFC 5280 bits (`digitalSignature`, `keyCertSign`, `cRLSign` …); undefined where the extension is absent. */
  readonly keyUsage: readonly string[] | undefined;
  /** Dotted OIDs; undefined where the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Key identifiers in upper-case hex with colons. */
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  readonly uriNames: readonly string[];
  readonly dnsNames: readonly string[];
  readonly keyKind: KeyKind;
  /** SHA-256 over the SubjectPublicKeyInfo: equal for a certificate and its private key. */
  readonly publicKeyFingerprint: string;
  readonly signatureAlgorithm: string;
  /** Issuer and subject are the same name *and* its own key verifies its signature. */
  readonly selfSigned: boolean;
}
