/** What a Certificate asks for, with the defaults of cert-manager. */
import { fieldsAt, listAt, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { parseDuration } from './durations.ts';

/** The duration where none is asked for: 90 days. */
export const DEFAULT_DURATION_MS = 2160 * 3_600_000;

/** Whose issuer. */
export interface IssuerRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** The names that a certificate is for. */
export interface Names {
  readonly commonName: string | undefined;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
}

/** What a Certificate asks for. */
export interface CertificateSpec extends Names {
  readonly secretName: string;
  readonly issuerRef: IssuerRef;
  readonly isCa: boolean;
  readonly usages: readonly string[];
  /** Milliseconds; undefined where left out. */
  readonly duration: number | undefined;
  readonly algorithm: string;
  readonly size: number | undefined;
  readonly pkcs8: boolean;
  readonly keepKey: boolean;
  readonly historyLimit: number;
}

function texts(object: KubeObject, field: string): string[] {
  return listAt(object, 'spec', field).filter((one) => typeof one === 'string');
}

/** An issuerRef with what is left out filled in. */
export function issuerRefOf(object: KubeObject): IssuerRef {
  const at = (field: string): string | undefined => textAt(object, 'spec', 'issuerRef', field);
  return { group: at('group') ?? 'cert-manager.io', kind: at('kind') ?? 'Issuer', name: at('name') ?? '' };
}

/** As an event or a condition names an issuer. */
export function shownIssuer({ kind, group, name }: IssuerRef): string {
  return `${kind}.${group}/${name}`;
}

/** The parsed spec of a Certificate. */
export function specOf(certificate: KubeObject): CertificateSpec {
  const spec = fieldsAt(certificate, 'spec');
  const key = fieldsAt(certificate, 'spec', 'privateKey');
  const { size } = key;
  const limit = spec['revisionHistoryLimit'];
  const algorithm = textAt(key, 'algorithm') ?? 'RSA';
  return {
    commonName: textAt(spec, 'commonName'),
    dnsNames: texts(certificate, 'dnsNames'),
    ipAddresses: texts(certificate, 'ipAddresses'),
    uris: texts(certificate, 'uris'),
    secretName: textAt(spec, 'secretName') ?? '',
    issuerRef: issuerRefOf(certificate),
    isCa: spec['isCA'] === true,
    usages: texts(certificate, 'usages'),
    duration: durationOf(certificate, 'duration'),
    algorithm,
    size: typeof size === 'number' ? size : undefined,
    pkcs8: textAt(key, 'encoding') === 'PKCS8' || algorithm === 'Ed25519',
    keepKey: textAt(key, 'rotationPolicy') === 'Never',
    historyLimit: typeof limit === 'number' ? limit : 1,
  };
}

function durationOf(certificate: KubeObject, field: string): number | undefined {
  const text = textAt(certificate, 'spec', field);
  return text === undefined ? undefined : parseDuration(text);
}

/** True where a duration does not parse: cert-manager can then decode no list of Certificates at all. */
export function isUndecodable(certificate: KubeObject): boolean {
  return ['duration', 'renewBefore'].some((field) => {
    const text = textAt(certificate, 'spec', field);
    return text !== undefined && parseDuration(text) === undefined;
  });
}

/** When a certificate with this life is renewed; undefined: never. A renewBefore as long as the life counts as none: two thirds of the life. */
export function renewalTimeOf(
  certificate: KubeObject,
  life: { readonly notBefore: number; readonly notAfter: number },
): number | undefined {
  if (textAt(certificate, 'spec', 'renewal', 'policy') === 'Disabled') return undefined;
  const whole = life.notAfter - life.notBefore;
  const percentage = fieldsAt(certificate, 'spec')['renewBeforePercentage'];
  const asked = typeof percentage === 'number' ? (whole * percentage) / 100 : durationOf(certificate, 'renewBefore');
  const before = asked === undefined || asked <= 0 || asked >= whole ? whole / 3 : asked;
  return Math.floor((life.notAfter - before) / 1000) * 1000;
}
