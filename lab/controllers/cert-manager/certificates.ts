/** Certificates: the loops that each look at one of them, in the order in which the real ones come to act. */
import { fieldsAt, kubeTime, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { base64 } from '../../scene/text.ts';
import { conditionOf, isTrue, withCondition, withoutCondition } from './conditions.ts';
import { makeCsr } from './csr.ts';
import { printDuration } from './durations.ts';
import { csrOf, secretFacts } from './facts.ts';
import { belongsTo } from './keys.ts';
import { ANNOTATION, currentRevision, revisionOf } from './mirror.ts';
import { dropNextKey, ensureNextKey, type NextKey } from './next-key.ts';
import { isIssuing, lookAt, readinessProblem, requestViolations, triggerProblem } from './policies.ts';
import { renewalTimeOf, specOf } from './spec.ts';
import { mendSecret, writeSecret } from './target-secret.ts';
import { type World, writeStatus } from './world.ts';

const MAXIMUM_BACKOFF_MS = 32 * 3_600_000;

/** One look at a Certificate: everything that can be done now. */
export function reconcileCertificate(world: World, namespace: string, name: string): void {
  const get = (): KubeObject | undefined => world.mirror.get('Certificate', namespace, name);
  const each = (step: (certificate: KubeObject) => void): void => {
    const certificate = get();
    if (certificate !== undefined && certificate.metadata.deletionTimestamp === undefined) step(certificate);
  };
  each((certificate) => mendSecret(world, lookAt(world.mirror, certificate, world.now()).secret));
  each((certificate) => trigger(world, certificate));
  each((certificate) => tellReadiness(world, certificate));
  each((certificate) => {
    if (isIssuing(certificate)) issue(world, certificate);
  });
  each((certificate) => {
    if (!isIssuing(certificate)) dropNextKey(world, certificate);
  });
  each((certificate) => tellReadiness(world, certificate));
  each((certificate) => forgetRevisions(world, certificate));
  each((certificate) => wakeLater(world, certificate));
}

function trigger(world: World, certificate: KubeObject): void {
  if (isIssuing(certificate)) return;
  const problem = triggerProblem(lookAt(world.mirror, certificate, world.now()));
  if (problem === undefined || !ownsSecret(world, certificate) || world.now() < backoffEnd(world, certificate)) return;
  const observedGeneration = certificate.metadata.generation ?? 1;
  const conditions = withCondition(certificate, { type: 'Issuing', status: 'True', ...problem, observedGeneration }, world.now());
  writeStatus(world, certificate, { ...fieldsAt(certificate, 'status'), conditions }, 'certificates-trigger');
  world.tell(certificate, { type: 'Normal', reason: 'Issuing', message: problem.message, source: 'certificates-trigger' });
}

/** Of several Certificates with one Secret, the one that it was issued for is issued, else the oldest. */
function ownsSecret({ mirror }: World, certificate: KubeObject): boolean {
  const { namespace = '', name } = certificate.metadata;
  const { secretName } = specOf(certificate);
  const rivals = mirror.sharing(namespace, secretName);
  const issuedFor = mirror.get('Secret', namespace, secretName)?.metadata.annotations?.[ANNOTATION.certificate];
  const owner = rivals.find((one) => one.metadata.name === issuedFor) ?? rivals.toSorted(byAge)[0];
  return owner?.metadata.name === name;
}

function byAge({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  return `${a.creationTimestamp} ${a.name}`.localeCompare(`${b.creationTimestamp} ${b.name}`);
}

/** Until when nothing is tried again by itself. A change of what is asked for ends it. */
function backoffEnd({ mirror, minimumBackoffMs }: World, certificate: KubeObject): number {
  const { lastFailureTime, failedIssuanceAttempts } = fieldsAt(certificate, 'status');
  if (typeof lastFailureTime !== 'string') return 0;
  const next = nextRequests(mirror, certificate)[0];
  if (next !== undefined && requestViolations(next, specOf(certificate)).length > 0) return 0;
  const attempts = typeof failedIssuanceAttempts === 'number' ? failedIssuanceAttempts : 1;
  return Date.parse(lastFailureTime) + Math.min(minimumBackoffMs * 2 ** (attempts - 1), MAXIMUM_BACKOFF_MS);
}

function nextRequests(mirror: World['mirror'], certificate: KubeObject): KubeObject[] {
  const revision = (currentRevision(certificate) ?? 0) + 1;
  return mirror.requestsOf(certificate).filter((one) => revisionOf(one) === revision);
}

function tellReadiness(world: World, certificate: KubeObject): void {
  const look = lookAt(world.mirror, certificate, world.now());
  const problem = readinessProblem(look);
  const observedGeneration = certificate.metadata.generation ?? 1;
  const up = { status: 'True', reason: 'Ready', message: 'Certificate is up to date and has not expired' } as const;
  const said = problem === undefined ? up : { status: 'False' as const, ...problem };
  const { notBefore: _, notAfter: __, renewalTime: ___, ...rest } = fieldsAt(certificate, 'status');
  const [leaf] = look.secret === undefined ? [] : secretFacts(look.secret).certificates;
  const renewal = leaf === undefined ? undefined : renewalTimeOf(certificate, leaf);
  const conditions = withCondition(certificate, { type: 'Ready', ...said, observedGeneration }, world.now());
  const status = {
    ...rest,
    conditions,
    ...(leaf === undefined ? {} : { notAfter: kubeTime(leaf.notAfter), notBefore: kubeTime(leaf.notBefore) }),
    ...(renewal === undefined ? {} : { renewalTime: kubeTime(renewal) }),
  };
  writeStatus(world, certificate, status, 'certificates-readiness');
}

function issue(world: World, certificate: KubeObject): void {
  const next = ensureNextKey(world, certificate);
  if (next === undefined) return;
  const current = world.mirror.get('Certificate', certificate.metadata.namespace ?? '', certificate.metadata.name ?? '') ?? certificate;
  const denied = next.fresh ? staleDenial(world, current) : undefined;
  // The real one looks at the denied request of the attempt before, and fails at once, while the next request is being made.
  if (denied !== undefined) fail(world, current, denied);
  const request = ensureRequest(world, current, next);
  if (denied === undefined && request !== undefined) take(world, current, { request, key: next.key });
}

function staleDenial({ mirror }: World, certificate: KubeObject): KubeObject | undefined {
  const [old] = nextRequests(mirror, certificate);
  if (old === undefined || !isTrue(old, 'Denied')) return undefined;
  return requestViolations(old, specOf(certificate)).length === 0 ? old : undefined;
}

function ensureRequest(world: World, certificate: KubeObject, { name: keySecret, key }: NextKey): KubeObject | undefined {
  const { namespace = '', name = '', uid = '' } = certificate.metadata;
  const spec = specOf(certificate);
  for (const request of nextRequests(world.mirror, certificate)) {
    const csr = csrOf(request);
    const fits = csr !== undefined && belongsTo(csr.publicKey, key) && requestViolations(request, spec).length === 0;
    if (fits) return request;
    world.store.delete('CertificateRequest', namespace, request.metadata.name ?? '');
  }
  const csr = makeCsr(spec, key);
  if (csr === undefined) return undefined;
  const revision = (currentRevision(certificate) ?? 0) + 1;
  const issuerRef = fieldsAt(certificate, 'spec', 'issuerRef');
  const made = world.store.put(
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'CertificateRequest',
      metadata: {
        namespace,
        name: `${name}-${revision}`,
        annotations: { [ANNOTATION.certificate]: name, [ANNOTATION.revision]: String(revision), [ANNOTATION.keySecret]: keySecret },
        ownerReferences: [{ apiVersion: 'cert-manager.io/v1', blockOwnerDeletion: true, controller: true, kind: 'Certificate', name, uid }],
      },
      spec: {
        ...(spec.duration === undefined ? {} : { duration: printDuration(spec.duration) }),
        ...(spec.isCa ? { isCA: true } : {}),
        issuerRef,
        request: base64(csr),
        ...(spec.usages.length === 0 ? {} : { usages: [...spec.usages] }),
      },
    },
    { manager: 'cert-manager-certificates-request-manager' },
  );
  const message = `Created new CertificateRequest resource "${made.metadata.name}"`;
  world.tell(certificate, { type: 'Normal', reason: 'Requested', message, source: 'certificates-request-manager' });
  return world.mirror.get('CertificateRequest', namespace, `${name}-${revision}`);
}

/** Takes in what became of the request. */
function take(world: World, certificate: KubeObject, made: { readonly request: KubeObject; readonly key: NextKey['key'] }): void {
  const ready = conditionOf(made.request, 'Ready');
  if (isTrue(made.request, 'Denied') || ready['reason'] === 'Failed') return fail(world, certificate, made.request);
  if (ready['status'] !== 'True' || !writeSecret(world, certificate, specOf(certificate), made)) return;
  const { lastFailureTime: _, failedIssuanceAttempts: __, ...status } = fieldsAt(certificate, 'status');
  const conditions = withoutCondition(certificate, 'Issuing');
  writeStatus(world, certificate, { ...status, conditions, revision: (currentRevision(certificate) ?? 0) + 1 }, 'certificates-issuing');
  const message = 'The certificate has been successfully issued';
  world.tell(certificate, { type: 'Normal', reason: 'Issuing', message, source: 'certificates-issuing' });
}

/** The reason is that of the denial or failure itself. */
function fail(world: World, certificate: KubeObject, request: KubeObject): void {
  const denied = conditionOf(request, 'Denied');
  const why = denied['status'] === 'True' ? denied : conditionOf(request, 'Ready');
  const reason = textAt(why, 'reason') ?? 'Failed';
  const message = `The certificate request has failed to complete and will be retried: ${textAt(why, 'message') ?? ''}`;
  const before = fieldsAt(certificate, 'status');
  const observedGeneration = certificate.metadata.generation ?? 1;
  const conditions = withCondition(certificate, { type: 'Issuing', status: 'False', reason, message, observedGeneration }, world.now());
  const failedIssuanceAttempts = Number(before['failedIssuanceAttempts'] ?? 0) + 1;
  writeStatus(
    world,
    certificate,
    { ...before, conditions, failedIssuanceAttempts, lastFailureTime: kubeTime(world.now()) },
    'certificates-issuing',
  );
  world.tell(certificate, { type: 'Warning', reason, message, source: 'certificates-issuing' });
}

/** Old requests go once the Certificate is ready, all but as many as it keeps. */
function forgetRevisions(world: World, certificate: KubeObject): void {
  if (!isTrue(certificate, 'Ready')) return;
  const requests = world.mirror.requestsOf(certificate).toSorted((a, b) => revisionOf(b) - revisionOf(a));
  for (const { metadata } of requests.slice(specOf(certificate).historyLimit)) {
    world.store.delete('CertificateRequest', metadata.namespace ?? '', metadata.name ?? '');
  }
}

/** When time alone will make a difference. */
function wakeLater(world: World, certificate: KubeObject): void {
  const { renewalTime, notAfter } = fieldsAt(certificate, 'status');
  const times = [renewalTime, notAfter].flatMap((time) => (typeof time === 'string' ? [Date.parse(time)] : []));
  const later = [...times, backoffEnd(world, certificate)].filter((time) => time > world.now());
  if (later.length > 0) world.wake(certificate, Math.min(...later));
}
