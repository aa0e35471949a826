import { MINUTE } from '../../core/duration.ts';
import { authorityOf, describeCertificate, inSigner, objectName, signerName } from '../authority.ts';
import type { Finding, MeshCheck, Subject } from '../finding.ts';
import type { AuthorityFacts, IntermediateFacts, IssuerFacts, ManagedCertificate, Snapshot } from '../model.ts';
import { conditionOf, shownCondition } from '../readiness.ts';
import { clusterSubject, MESH_SUBJECT } from '../subject.ts';
import { limitFacts, listNames } from '../wording.ts';

export const issuerReady: MeshCheck = {
  scope: 'mesh',
  id: 'issuer-ready',
  title: 'The issuers of the root and of the intermediates are ready and of the right type',
  inputs: ['authority'],
  atLeast: 0,
  dependsOn: ['cluster-reachable', 'cert-manager-installed'],
  severity: 'page',
  // A new issuer is ready within seconds; a slow start of cert-manager takes longer.
  visibleAfter: 5 * MINUTE,
  codes: ['issuer-missing', 'issuer-not-ready', 'issuer-wrong-type'],
  evaluate(_clusters, snapshot) {
    const facts = authorityOf(snapshot);
    if (facts === undefined) return [];
    return [...usesOf(facts).flatMap((use) => unusable(use, snapshot)), ...wrongType(facts, snapshot)];
  },
};

/** An issuer that Certificates of the authority name. */
interface Use {
  readonly kind: string;
  readonly name: string;
  readonly issuer: IssuerFacts | undefined;
  /** `namespace/name` of the Certificates. */
  readonly by: readonly string[];
}

function usesOf(facts: AuthorityFacts): readonly Use[] {
  const all = [facts.root, ...facts.intermediates.map(({ certificate }) => certificate)].filter((one) => one !== null);
  // Issuers of other groups are programs of other makers, and those of a namespace need not have been looked at: nothing is known of them here.
  const own = all.filter(
    (one) =>
      ['', 'cert-manager.io'].includes(one.spec.issuer.group) && (one.spec.issuer.kind !== 'Issuer' || issuerOf(one, facts) !== undefined),
  );
  const groups = Map.groupBy(own, ({ namespace, spec: { issuer } }) =>
    [issuer.kind, issuer.name, ...inNamespace(issuer.kind, namespace)].join('/'),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { kind, name } = first.spec.issuer;
    return [{ kind, name, issuer: issuerOf(first, facts), by: group.map(objectName) }];
  });
}

function inNamespace(kind: string, namespace: string): readonly string[] {
  return kind === 'Issuer' ? [namespace] : [];
}

function issuerOf({ namespace, spec: { issuer } }: ManagedCertificate, { issuers }: AuthorityFacts): IssuerFacts | undefined {
  return issuers.find(
    (one) => one.kind === issuer.kind && one.name === issuer.name && (one.kind === 'ClusterIssuer' || one.namespace === namespace),
  );
}

function unusable({ kind, name, issuer, by }: Use, snapshot: Snapshot): readonly Finding[] {
  const common = { severity: 'ticket', subject: MESH_SUBJECT } as const;
  const used = `It signs for ${listNames(by)}.`;
  if (issuer === undefined) {
    return [
      {
        ...common,
        code: 'issuer-missing',
        title: `${kind} ${name} is missing in ${signerName(snapshot)}`,
        facts: [used],
        hint: 'Create it, or correct spec.issuerRef of those Certificates; until then nothing of them is renewed.',
        commands: [inSigner(snapshot, 'get clusterissuers,issuers -A')],
      },
    ];
  }
  const ready = conditionOf(issuer.conditions, 'Ready');
  if (ready?.status === 'True') return [];
  const place = issuer.namespace === undefined ? '' : `-n ${issuer.namespace} `;
  return [
    {
      ...common,
      code: 'issuer-not-ready',
      title: `${kind} ${name} in ${signerName(snapshot)} is not ready`,
      facts: [ready === undefined ? 'It has no condition Ready: cert-manager has not looked at it yet.' : shownCondition(ready), used],
      hint: repairOf(issuer),
      commands: [inSigner(snapshot, `${place}describe ${kind.toLowerCase()} ${name}`)],
    },
  ];
}

function repairOf({ type, kind, secretName }: IssuerFacts): string {
  if (type !== 'ca' || secretName === undefined) return 'Mend what its condition names; until then nothing that it signs is renewed.';
  const where = kind === 'ClusterIssuer' ? "cert-manager's own namespace" : 'its namespace';
  return `Its Secret ${secretName} must lie in ${where} and hold a CA with its key; until then nothing that it signs is renewed.`;
}

/** The guide's mistake: a selfSigned issuer signs each request with the request's own key, so that each intermediate becomes a root. */
function wrongType(facts: AuthorityFacts, snapshot: Snapshot): readonly Finding[] {
  const wrong = facts.intermediates.filter(
    ({ certificate }) => certificate !== null && issuerOf(certificate, facts)?.type === 'selfSigned',
  );
  if (wrong.length > 1 && wrong.length === facts.intermediates.length) return [selfSignedBy(wrong, MESH_SUBJECT, facts, snapshot)];
  return wrong.map((one) => selfSignedBy([one], clusterSubject(one.cluster), facts, snapshot));
}

function selfSignedBy(
  wrong: readonly IntermediateFacts[],
  subject: Subject,
  { issuers, root }: AuthorityFacts,
  snapshot: Snapshot,
): Finding {
  const certificates = wrong.flatMap(({ certificate }) => certificate ?? []);
  const right = issuers.find(({ type, secretName }) => type === 'ca' && secretName !== undefined && secretName === root?.secretName);
  const goal = right === undefined ? 'a ca ClusterIssuer over the Secret of the root (there is none yet)' : `${right.kind} ${right.name}`;
  return {
    code: 'issuer-wrong-type',
    severity: 'page',
    subject,
    title: `The intermediates of ${listNames(wrong.map(({ cluster }) => cluster))} come from a selfSigned issuer`,
    facts: limitFacts([
      'A selfSigned issuer signs with the key of the request: each intermediate is a root of its own, that no other cluster trusts.',
      ...certificates.map((one) => `${objectName(one)} names ${one.spec.issuer.kind} ${one.spec.issuer.name}.`),
    ]),
    hint: `Let spec.issuerRef of ${listNames(certificates.map(objectName))} name ${goal}: cert-manager issues again by itself.`,
    commands: certificates.slice(0, 3).map((one) => describeCertificate(snapshot, one)),
  };
}
