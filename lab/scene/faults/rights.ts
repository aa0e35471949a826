/** Rights that the product loses. */
import type { LabFault } from '../../faults.ts';
import { listAt } from '../../kubernetes/object.ts';
import type { MeshMember } from '../member.ts';
import { AUTHORITY_NAMESPACE, ISTIO_NAMESPACE } from '../namespaces.ts';
import type { Change } from '../overlays.ts';
import { changingOne, gone } from './changes.ts';

const GROUP = 'Rights';

/** In one cluster: the right to Secrets, and all of them. */
export function rightsFaults(member: MeshMember): LabFault[] {
  const { name } = member;
  const secrets = changingOne(
    {
      id: `no-right-secrets-${name}`,
      title: `Take our right to Secrets in ${name}`,
      explain: `${name} answers 403 for cacerts and remote secrets: nothing can be said about them.`,
      group: GROUP,
    },
    member,
    () => [{ kind: 'Role', namespace: ISTIO_NAMESPACE, name: 'meshwarden-reader', change: withoutRule('secrets') }],
  );
  const all = changingOne(
    {
      id: `no-rights-${name}`,
      title: `Take all our rights in ${name}`,
      explain: `${name} is reachable, and answers 403 to everything.`,
      group: GROUP,
    },
    member,
    () => [
      ...member.api.store
        .list('ClusterRoleBinding')
        .filter(ours)
        .map(({ metadata }) => binding('ClusterRoleBinding', metadata)),
      ...member.api.store
        .list('RoleBinding')
        .filter(ours)
        .map(({ metadata }) => binding('RoleBinding', metadata)),
    ],
  );
  return [secrets, all, ...(member.roles.includes('signer') ? [intermediates(member)] : [])];
}

function intermediates(signer: MeshMember): LabFault {
  const text = {
    id: 'no-right-intermediates',
    title: 'Take our right to the intermediates',
    explain: `${signer.name} answers 403 for the Secrets of the intermediates: what cert-manager issued cannot be compared.`,
    group: GROUP,
  };
  return changingOne(text, signer, () => [
    { kind: 'Role', namespace: AUTHORITY_NAMESPACE, name: 'meshwarden-signer', change: withoutRule('secrets') },
  ]);
}

function ours({ metadata }: { metadata: { name?: string } }): boolean {
  return metadata.name?.startsWith('meshwarden-') ?? false;
}

function binding(kind: string, { namespace, name }: { namespace?: string; name?: string }) {
  return { kind, namespace: namespace ?? '', name: name ?? '', change: gone };
}

function withoutRule(resource: string): Change {
  return (role) => role && { ...role, rules: listAt(role, 'rules').filter((rule) => !listAt(rule, 'resources').includes(resource)) };
}
