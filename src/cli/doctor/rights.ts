import type { InsideFacts, SetupRight } from '../../mesh/setup.ts';
import { failed, ok, warning, whenSeen, type Finding } from './result.ts';
import { lostBy } from './write-features.ts';

const NARROW = 'Use the service account of deploy/rbac, which may do only what is needed.';

/** What we may do: all that is needed, and no more. */
export function judgeRights(inside: InsideFacts, rootNamespace: string): readonly Finding[] {
  const { missingRights, everything, rootSecret } = inside;
  const needed = whenSeen('cluster-rights', 'rights', missingRights, (missing) => {
    if (missing.length === 0) return [ok('cluster-rights', 'all rights that are needed are there')];
    return [failed('cluster-rights', `${counted(missing)} missing`, 'Apply deploy/rbac again, or add these rules:', rulesFor(missing))];
  });
  return [...needed, ...judgeWriting(inside), ...excess(everything, rootSecret, rootNamespace)];
}

function counted({ length }: readonly SetupRight[]): string {
  return length === 1 ? '1 right is' : `${length} rights are`;
}

/** Without any right to change the authority an installation is whole: it looks. With some of them somebody meant to give all. */
function judgeWriting({ missingWriteRights, writeRights, authority }: InsideFacts): readonly Finding[] {
  const check = 'cluster-write-rights';
  const files = authority === undefined ? 'deploy/rbac/writer.yaml' : 'deploy/rbac/writer.yaml and deploy/rbac/signer-writer.yaml';
  return whenSeen(check, 'rights to change the authority', missingWriteRights, (missing) => {
    if (missing.length === 0) return [ok(check, 'all rights to change the authority are there')];
    if (missing.length === writeRights)
      return [
        {
          ...ok(check, 'read-only here: everything that looks works, and cacerts is never changed'),
          next: `Nothing, where that is meant. To distribute and rotate apply ${files}.`,
        },
      ];
    const text = `${counted(missing)} missing to change the authority; looking works. Cannot: ${lostBy(missing).join(', ')}`;
    return [warning(check, text, `Apply ${files} again, or add these rules:`, rulesFor(missing))];
  });
}

function excess(everything: InsideFacts['everything'], rootSecret: InsideFacts['rootSecret'], namespace: string): readonly Finding[] {
  return whenSeen('cluster-too-many-rights', 'rights that are not needed', everything, (all) => {
    if (all) return [warning('cluster-too-many-rights', 'We may do everything here (cluster-admin)', NARROW)];
    if (rootSecret === undefined) return [ok('cluster-too-many-rights', 'no right to everything')];
    return whenSeen('cluster-too-many-rights', "the right to the root's Secret", rootSecret, (readable) => [
      readable
        ? warning('cluster-too-many-rights', `We may read the Secret of the root in ${namespace}, which holds its key`, NARROW)
        : ok('cluster-too-many-rights', 'the key of the root is closed to us'),
    ]);
  });
}

/** Rules for a ClusterRole, and for a Role of each namespace. */
export function rulesFor(missing: readonly SetupRight[]): readonly string[] {
  const places = Map.groupBy(missing, ({ namespace }) => namespace);
  return [...places].flatMap(([namespace, rights]) => [
    namespace === undefined ? '# ClusterRole' : `# Role in namespace ${namespace}`,
    ...[...Map.groupBy(rights, ({ group, resource, name }) => JSON.stringify([group, resource, name]))].flatMap(([, same]) => rule(same)),
  ]);
}

function rule(rights: readonly SetupRight[]): readonly string[] {
  const [first] = rights;
  if (first === undefined) return [];
  return [
    `- apiGroups: ['${first.group}']`,
    `  resources: [${first.resource}]`,
    ...(first.name === undefined ? [] : [`  resourceNames: [${first.name}]`]),
    `  verbs: [${rights.map(({ verb }) => verb).join(', ')}]`,
  ];
}
