/** What is wrong with what a Certificate has: the reasons for which it is not ready and is issued again. */
import { kubeTime, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { conditionOf } from './conditions.ts';
import { goTime, parseDuration } from './durations.ts';
import { csrOf, secretFacts, type SecretFacts } from './facts.ts';
import { belongsTo, keyViolations } from './keys.ts';
import { ANNOTATION, currentRevision, type Mirror, revisionOf } from './mirror.ts';
import { type CertificateSpec, type Names, issuerRefOf, renewalTimeOf, shownIssuer, specOf } from './spec.ts';

/** One reason. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** What is looked at. */
export interface Look {
  readonly certificate: KubeObject;
  readonly spec: CertificateSpec;
  readonly secret: KubeObject | undefined;
  /** The request that the present revision came from, where it is still there. */
  readonly request: KubeObject | undefined;
  readonly now: number;
}

/** The present look at a Certificate. */
export function lookAt(mirror: Mirror, certificate: KubeObject, now: number): Look {
  const spec = specOf(certificate);
  const revision = currentRevision(certificate);
  return {
    certificate,
    spec,
    secret: mirror.get('Secret', certificate.metadata.namespace ?? '', spec.secretName),
    request: revision === undefined ? undefined : mirror.requestsOf(certificate).find((one) => revisionOf(one) === revision),
    now,
  };
}

/** Why it is issued again. */
export function triggerProblem(look: Look): Problem | undefined {
  return commonProblem(look) ?? renewalDue(look);
}

/** Why it is not ready. */
export function readinessProblem(look: Look): Problem | undefined {
  return commonProblem(look) ?? expired(look);
}

function commonProblem(look: Look): Problem | undefined {
  if (look.secret === undefined) return { reason: 'DoesNotExist', message: 'Issuing certificate as Secret does not exist' };
  const facts = secretFacts(look.secret);
  return (
    dataProblem(facts) ??
    pairProblem(facts) ??
    ownerProblem(look, look.secret) ??
    keyProblem(look, facts) ??
    issuerProblem(look, look.secret) ??
    requestProblem(look, facts)
  );
}

function dataProblem({ certificateText, keyText, certificates, key }: SecretFacts): Problem | undefined {
  const missing = (what: string): Problem => ({
    reason: 'MissingData',
    message: `Issuing certificate as Secret does not contain a ${what}`,
  });
  if (keyText === '' && certificateText === '')
    return { reason: 'MissingData', message: 'Issuing certificate as Secret does not contain any data' };
  if (keyText === '') return missing('private key');
  if (certificateText === '') return missing('certificate');
  if (key === undefined) {
    const what = 'error decoding private key PEM block: no PEM data was found in given input';
    return { reason: 'InvalidKeyPair', message: `Issuing certificate as Secret contains invalid private key data: ${what}` };
  }
  if (certificates.length > 0) return undefined;
  const what = 'error decoding certificate PEM block: no valid certificates found';
  return { reason: 'InvalidCertificate', message: `Issuing certificate as Secret contains an invalid certificate: ${what}` };
}

function pairProblem({ key, publicKey }: SecretFacts): Problem | undefined {
  if (key === undefined || publicKey === undefined || belongsTo(publicKey, key)) return undefined;
  return {
    reason: 'InvalidKeyPair',
    message: 'Issuing certificate as Secret contains a private key that does not match the certificate',
  };
}

function ownerProblem({ certificate }: Look, { metadata }: KubeObject): Problem | undefined {
  const owner = metadata.annotations?.[ANNOTATION.certificate];
  if (owner === undefined || owner === certificate.metadata.name) return undefined;
  const hint = 'If this message is not transient, you might have two conflicting Certificates pointing to the same secret.';
  return { reason: 'IncorrectCertificate', message: `Secret was issued for "${owner}". ${hint}` };
}

function keyProblem({ spec }: Look, { key }: SecretFacts): Problem | undefined {
  const fields = key === undefined ? [] : keyViolations(key, spec);
  if (fields.length === 0) return undefined;
  return { reason: 'SecretMismatch', message: `Existing private key is not up to date for spec: [${fields.join(' ')}]` };
}

function issuerProblem({ spec }: Look, { metadata: { annotations = {} } }: KubeObject): Problem | undefined {
  const issuer = {
    group: annotations['cert-manager.io/issuer-group'] ?? 'cert-manager.io',
    kind: annotations['cert-manager.io/issuer-kind'] ?? 'Issuer',
    name: annotations['cert-manager.io/issuer-name'] ?? '',
  };
  if (shownIssuer(issuer) === shownIssuer(spec.issuerRef)) return undefined;
  return { reason: 'IncorrectIssuer', message: `Issuing certificate as Secret was previously issued by "${shownIssuer(issuer)}"` };
}

function requestProblem({ request, spec }: Look, { key, certificates }: SecretFacts): Problem | undefined {
  const [leaf] = certificates;
  if (request === undefined) {
    const fields = leaf === undefined ? [] : nameViolations({ ...leaf, ipAddresses: spec.ipAddresses, uris: leaf.uriNames }, spec);
    return fields.length === 0
      ? undefined
      : { reason: 'SecretMismatch', message: `Existing issued Secret is not up to date for spec: [${fields.join(' ')}]` };
  }
  const csr = csrOf(request);
  if (csr !== undefined && key !== undefined && !belongsTo(csr.publicKey, key)) {
    return { reason: 'SecretMismatch', message: 'Secret contains a private key that does not match the current CertificateRequest' };
  }
  const fields = requestViolations(request, spec);
  if (fields.length === 0) return undefined;
  return { reason: 'RequestChanged', message: `Fields on existing CertificateRequest resource not up to date: [${fields.join(' ')}]` };
}

/** The fields in which a request is not what the Certificate asks for now. */
export function requestViolations(request: KubeObject, spec: CertificateSpec): string[] {
  const csr = csrOf(request);
  const { duration, usages, isCA } = request['spec'] as Record<string, unknown>;
  const asked = typeof duration === 'string' ? parseDuration(duration) : undefined;
  const used = Array.isArray(usages) ? usages.map(String) : [];
  return [
    ...(csr === undefined ? ['spec.request'] : nameViolations(csr, spec)),
    ...((isCA === true) === spec.isCa ? [] : ['spec.isCA']),
    ...(sameTexts(used, spec.usages) ? [] : ['spec.usages']),
    ...(asked === spec.duration ? [] : ['spec.duration']),
    ...(shownIssuer(issuerRefOf(request)) === shownIssuer(spec.issuerRef) ? [] : ['spec.issuerRef']),
  ];
}

function nameViolations(have: Names, want: Names): string[] {
  return [
    ...(have.commonName === want.commonName ? [] : ['spec.commonName']),
    ...(sameTexts(have.dnsNames, want.dnsNames) ? [] : ['spec.dnsNames']),
    ...(sameTexts(have.ipAddresses, want.ipAddresses) ? [] : ['spec.ipAddresses']),
    ...(sameTexts(have.uris, want.uris) ? [] : ['spec.uris']),
  ];
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join('\n') === b.toSorted().join('\n');
}

function renewalDue({ certificate, secret, now }: Look): Problem | undefined {
  const [leaf] = secret === undefined ? [] : secretFacts(secret).certificates;
  const due = leaf === undefined ? undefined : renewalTimeOf(certificate, leaf);
  if (due === undefined || now < due) return undefined;
  const scheduled = textAt(certificate, 'status', 'renewalTime') ?? kubeTime(due);
  return { reason: 'Renewing', message: `Renewing certificate as renewal was scheduled at ${goTime(scheduled)}` };
}

function expired({ secret, now }: Look): Problem | undefined {
  const [leaf] = secret === undefined ? [] : secretFacts(secret).certificates;
  if (leaf === undefined || now < leaf.notAfter) return undefined;
  return { reason: 'Expired', message: `Certificate expired on ${new Date(leaf.notAfter).toUTCString().replace('GMT', 'UTC')}` };
}

/** True while a Certificate is being issued. */
export function isIssuing(certificate: KubeObject): boolean {
  return conditionOf(certificate, 'Issuing')['status'] === 'True';
}
