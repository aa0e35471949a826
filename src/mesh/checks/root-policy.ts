import { DAY, parseDuration } from '../../core/duration.ts';
import { authorityOf, inSigner, objectName } from '../authority.ts';
import type { Finding, MeshCheck } from '../finding.ts';
import type { ManagedCertificate, Snapshot } from '../model.ts';
import { MESH_SUBJECT } from '../subject.ts';

/** Where renewal cannot be disabled (before 1.21.1), so late a renewal is as good as none. */
const AS_GOOD_AS_NEVER = DAY;

export const rootPolicy: MeshCheck = {
  scope: 'mesh',
  id: 'root-policy',
  title: 'The root is safe from being replaced by accident',
  inputs: ['authority'],
  atLeast: 0,
  dependsOn: ['cluster-reachable', 'cert-manager-installed', 'root-ready'],
  severity: 'ticket',
  // It is written there: it does not pass.
  visibleAfter: 0,
  codes: ['root-duration-default', 'root-rotation-policy', 'root-renewal-enabled'],
  evaluate(_clusters, snapshot) {
    const root = authorityOf(snapshot)?.root;
    if (root === null || root === undefined) return [];
    return [...duration(root, snapshot), ...rotationPolicy(root, snapshot), ...renewal(root, snapshot)];
  },
};

function duration(root: ManagedCertificate, snapshot: Snapshot): readonly Finding[] {
  if (root.spec.duration !== undefined) return [];
  return [
    {
      ...common(root, snapshot),
      code: 'root-duration-default',
      title: `The root lives 90 days: ${objectName(root)} has no duration`,
      facts: ['spec.duration is unset, and the default of cert-manager is 2160h: shorter than the life of what it signs.'],
      hint: 'Rotate to a new root with duration: 87600h under a new name; a change in place issues this one again.',
    },
  ];
}

function rotationPolicy(root: ManagedCertificate, snapshot: Snapshot): readonly Finding[] {
  const policy = root.spec.rotationPolicy;
  if (policy === 'Never') return [];
  return [
    {
      ...common(root, snapshot),
      code: 'root-rotation-policy',
      title: 'A renewal of the root would give it a new key',
      facts: [`spec.privateKey.rotationPolicy of ${objectName(root)} is ${policy ?? 'unset, which means Always since cert-manager 1.18'}.`],
      hint: 'Set it to Never: a new key under the old name breaks trust in every cluster.',
    },
  ];
}

function renewal(root: ManagedCertificate, snapshot: Snapshot): readonly Finding[] {
  const { renewalDisabled, renewBefore } = root.spec;
  const late = renewBefore === undefined ? undefined : parseDuration(renewBefore);
  if (renewalDisabled || (late !== undefined && late <= AS_GOOD_AS_NEVER)) return [];
  return [
    {
      ...common(root, snapshot),
      code: 'root-renewal-enabled',
      title: 'cert-manager will renew the root in place',
      facts: [`${objectName(root)} has renewBefore ${renewBefore ?? 'unset: two thirds of its life'} and renewal is not disabled.`],
      hint: 'Set spec.renewal.policy: Disabled (cert-manager 1.21.1 or later; before, renewBefore: 5m), and rotate to a new root instead.',
    },
  ];
}

function common(root: ManagedCertificate, snapshot: Snapshot): Pick<Finding, 'severity' | 'subject' | 'commands'> {
  const commands = [inSigner(snapshot, `-n ${root.namespace} get certificate ${root.name} -o yaml`)];
  return { severity: 'ticket', subject: MESH_SUBJECT, commands };
}
