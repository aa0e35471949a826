/** CertificateRequests: approved or denied, then signed or failed. */
import { fieldsAt, kubeTime, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { base64 } from '../../scene/text.ts';
import { type Condition, conditionOf, isTrue, withCondition } from './conditions.ts';
import { secretFacts } from './facts.ts';
import { secretOf } from './issuers.ts';
import { ANNOTATION } from './mirror.ts';
import { signWithAuthority, signWithOwnKey, type Signed } from './signing.ts';
import { issuerRefOf } from './spec.ts';
import { type World, writeStatus } from './world.ts';

const APPROVED = 'Certificate request has been approved by cert-manager.io';
const ISSUED = 'Certificate fetched from issuer successfully';

/** True where nothing happens to a request any more. */
export function isOver(request: KubeObject): boolean {
  const { status, reason } = conditionOf(request, 'Ready');
  return status === 'True' || reason === 'Failed' || reason === 'Denied';
}

/** The next step of a request. */
export function reconcileRequest(world: World, request: KubeObject): void {
  if (isOver(request)) return;
  if (isTrue(request, 'Denied')) return deny(world, request);
  if (!isTrue(request, 'Approved')) return decide(world, request);
  if (isHeld(world, request)) return;
  sign(world, request);
}

function say(world: World, request: KubeObject, condition: Condition, more: Record<string, unknown> = {}): void {
  const conditions = withCondition(request, condition, world.now());
  writeStatus(world, request, { ...fieldsAt(request, 'status'), ...more, conditions }, 'certificaterequests');
}

function decide(world: World, request: KubeObject): void {
  const denial = world.knobs.deny.shift();
  if (denial !== undefined) return say(world, request, { type: 'Denied', status: 'True', ...denial });
  if (!world.approver) return;
  say(world, request, { type: 'Approved', status: 'True', reason: 'cert-manager.io', message: APPROVED });
  world.tell(request, { type: 'Normal', reason: 'cert-manager.io', message: APPROVED, source: 'certificaterequests-approver' });
}

function deny(world: World, request: KubeObject): void {
  const message = 'The CertificateRequest was denied by an approval controller';
  say(world, request, { type: 'Ready', status: 'False', reason: 'Denied', message }, { failureTime: kubeTime(world.now()) });
}

function isHeld(world: World, request: KubeObject): boolean {
  const { slow } = world.knobs;
  if (slow === undefined) return false;
  if (slow.forMs === undefined) return true;
  const until = Date.parse(String(conditionOf(request, 'Approved')['lastTransitionTime'])) + slow.forMs;
  if (world.now() >= until) return false;
  world.wake(request, until);
  return true;
}

function sign(world: World, request: KubeObject): void {
  const ref = issuerRefOf(request);
  // Other groups are other controllers' business, and an unknown kind is nobody's.
  if (ref.group !== 'cert-manager.io' || (ref.kind !== 'Issuer' && ref.kind !== 'ClusterIssuer')) return;
  const issuer = world.mirror.get(ref.kind, ref.kind === 'Issuer' ? (request.metadata.namespace ?? '') : '', ref.name);
  if (issuer === undefined) {
    const message = `Referenced "${ref.kind}" not found: ${ref.kind.toLowerCase()}.cert-manager.io "${ref.name}" not found`;
    return wait(world, request, { reason: 'IssuerNotFound', message });
  }
  if (!isTrue(issuer, 'Ready')) {
    return wait(world, request, { reason: 'IssuerNotReady', message: 'Referenced issuer does not have a Ready status condition' });
  }
  const own = fieldsAt(issuer, 'spec')['selfSigned'] !== undefined;
  const failed = world.knobs.fail.shift();
  const answer = failed === undefined ? answerOf(world, request, own ? undefined : issuer) : { failed };
  if (answer !== undefined) finish(world, request, answer, own ? 'selfsigned' : 'ca');
}

function wait(world: World, request: KubeObject, { reason, message }: { readonly reason: string; readonly message: string }): void {
  const before = conditionOf(request, 'Ready');
  if (before['message'] === message) return;
  say(world, request, { type: 'Ready', status: 'False', reason: 'Pending', message });
  // It is told once that a request waits, not each reason.
  if (before['reason'] !== 'Pending') world.tell(request, { type: 'Normal', reason, message, source: 'certificaterequests-issuer-ca' });
}

function answerOf(world: World, request: KubeObject, issuer: KubeObject | undefined): Signed | undefined {
  if (issuer !== undefined) {
    const secret = secretOf(world, issuer);
    return secret === undefined ? undefined : signWithAuthority(request, secretFacts(secret), world.now());
  }
  const name = request.metadata.annotations?.[ANNOTATION.keySecret] ?? '';
  const secret = world.mirror.get('Secret', request.metadata.namespace ?? '', name);
  const key = secret === undefined ? undefined : secretFacts(secret).key;
  return key === undefined ? undefined : signWithOwnKey(request, key, world.now());
}

function finish(world: World, request: KubeObject, answer: Signed, by: string): void {
  const source = `certificaterequests-issuer-${by}`;
  if ('failed' in answer) {
    const message = answer.failed;
    world.tell(request, { type: 'Warning', reason: 'SigningError', message, source });
    return say(world, request, { type: 'Ready', status: 'False', reason: 'Failed', message }, { failureTime: kubeTime(world.now()) });
  }
  const bytes = { ca: base64(answer.ca), certificate: base64(answer.certificate) };
  say(world, request, { type: 'Ready', status: 'True', reason: 'Issued', message: ISSUED }, bytes);
  world.tell(request, { type: 'Normal', reason: 'CertificateIssued', message: ISSUED, source });
}

/** The texts that a request was answered with. */
export function answered(request: KubeObject): { readonly certificate: string; readonly ca: string } {
  return { certificate: textAt(request, 'status', 'certificate') ?? '', ca: textAt(request, 'status', 'ca') ?? '' };
}
