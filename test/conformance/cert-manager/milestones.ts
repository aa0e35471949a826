/**
 * The course of an issuance over all objects that take part, in the order in which they were written: that is the order of their
 * versions, for the watches of several kinds do not come in step.
 */
import { fieldsAt, textAt, type KubeObject } from '../../../lab/kubernetes/object.ts';
import { conditionOf } from '../../../lab/controllers/cert-manager/conditions.ts';
import type { Seen, Show, Step } from './tracks.ts';

const OWNER = 'cert-manager.io/certificate-name';

/** The milestones of each Certificate. Each begins with its kind. */
export function milestonesOf(seen: readonly Seen[], show: Show): Step[] {
  return seen
    .filter(({ type, object }) => type !== 'DELETED' && object.kind !== 'Event')
    .toSorted((a, b) => versionOf(a.object) - versionOf(b.object))
    .flatMap(({ type, object }) => milestones(type, object, show));
}

function versionOf({ metadata }: KubeObject): number {
  return Number(/\d+/.exec(metadata.resourceVersion ?? '')?.[0]);
}

function milestones(type: string, object: KubeObject, show: Show): Step[] {
  const { namespace = '', name = '', annotations = {}, ownerReferences } = object.metadata;
  const of = (certificate: string | undefined, ...states: string[]): Step[] =>
    certificate === undefined ? [] : states.map((state) => ({ track: `course of ${namespace}/${certificate}`, state }));
  if (object.kind === 'Certificate') return of(name, ...certificateMilestones(object));
  if (object.kind === 'CertificateRequest') return of(annotations[OWNER], ...requestMilestones(type, object));
  if (object.kind !== 'Secret') return [];
  const owner = ownerReferences?.[0]?.name;
  const { 'tls.key': key, 'tls.crt': certificate } = fieldsAt(object, 'data');
  return owner === undefined ? of(annotations[OWNER], `secret ${show(certificate)}`) : of(owner, `key ${show(key)}`);
}

function certificateMilestones(certificate: KubeObject): string[] {
  const status = fieldsAt(certificate, 'status');
  const issuing = textAt(conditionOf(certificate, 'Issuing'), 'status') ?? 'over';
  const revision = status['revision'];
  return [
    `issuing ${issuing}`,
    `next ${status['nextPrivateKeySecretName'] === undefined ? 'none' : 'there'}`,
    ...(typeof revision === 'number' ? [`revision ${revision}`] : []),
  ];
}

function requestMilestones(type: string, request: KubeObject): string[] {
  const revision = request.metadata.annotations?.['cert-manager.io/certificate-revision'];
  if (type === 'ADDED') return [`requested ${revision}`];
  const is = (condition: string): string => textAt(conditionOf(request, condition), 'status') ?? 'open';
  const ready = conditionOf(request, 'Ready');
  return [
    `approved ${revision} ${is('Approved')}`,
    `denied ${revision} ${is('Denied')}`,
    // That a denied request is not ready is written beside the failure of the Certificate, by another loop.
    ...(ready['status'] === 'True' || ready['reason'] === 'Failed' ? [`answered ${revision} ${String(ready['reason'])}`] : []),
  ];
}
