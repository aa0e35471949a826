import { MINUTE } from '../../core/duration.ts';
import { distinctCertificates, sameBundle } from '../../pki/bundle.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { Finding, MeshCheck, Subject } from '../finding.ts';
import { showRoots } from '../kubectl.ts';
import type { ClusterIdentity, ClusterSnapshot } from '../model.ts';
import { clusterSubject, MESH_SUBJECT } from '../subject.ts';
import { activeRoot } from '../trust.ts';
import { limitFacts, listNames, shownCertificate } from '../wording.ts';

export const trustRootsShared: MeshCheck = {
  scope: 'mesh',
  id: 'trust-roots-shared',
  title: 'Clusters trust the same roots',
  inputs: ['cacerts', 'trust'],
  atLeast: 2,
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present', 'cacerts-consistent'],
  severity: 'page',
  // Clusters are changed one after the other, each within three minutes.
  visibleAfter: 10 * MINUTE,
  codes: ['trust-roots-differ', 'trust-roots-overlap'],
  evaluate(clusters) {
    const members = clusters.map(memberOf).filter(({ trusted }) => trusted.length > 0);
    const refusals = members.flatMap((member) => refusalsOf(member, members));
    if (refusals.length > 0) return [differ(members, refusals)];
    const [first] = members;
    const same = first === undefined || members.every(({ trusted }) => sameBundle(trusted, first.trusted));
    return same ? [] : [overlap(members)];
  },
};

interface Member {
  readonly identity: ClusterIdentity;
  /** What its workloads trust: what istiod publishes, else what it was given. */
  readonly trusted: readonly Certificate[];
  /** Under what it signs; undefined where that cannot be told. */
  readonly root: Certificate | undefined;
}

function memberOf(cluster: ClusterSnapshot): Member {
  const published = cluster.trust.ok ? (cluster.trust.value.system?.certificates ?? []) : [];
  const given = cluster.cacerts.ok ? (cluster.cacerts.value?.roots ?? []) : [];
  const trusted = distinctCertificates(published.length > 0 ? published : given);
  // What istiod refused or has not read yet is not published: it goes on under the root that it had, as does one with a CA of its own.
  const root = trusted.find(({ fingerprint }) => fingerprint === activeRoot(cluster)?.fingerprint) ?? only(trusted);
  return { identity: cluster.identity, trusted, root };
}

function only(trusted: readonly Certificate[]): Certificate | undefined {
  return trusted.length === 1 ? trusted[0] : undefined;
}

interface Refusal {
  readonly by: ClusterIdentity;
  readonly of: ClusterIdentity;
}

/** The clusters under whose root nothing is trusted here. */
function refusalsOf(member: Member, members: readonly Member[]): readonly Refusal[] {
  const trusts = ({ root, trusted }: Member): boolean =>
    root === undefined
      ? member.trusted.some(({ fingerprint }) => trusted.some((one) => one.fingerprint === fingerprint))
      : member.trusted.some(({ fingerprint }) => fingerprint === root.fingerprint);
  return members.filter((other) => other !== member && !trusts(other)).map((other) => ({ by: member.identity, of: other.identity }));
}

function differ(members: readonly Member[], refusals: readonly Refusal[]): Finding {
  const odd = oddOne(members, refusals);
  const links = refusals.map(({ by, of }) => `${by.name} does not trust ${of.name}`);
  return {
    code: 'trust-roots-differ',
    severity: 'page',
    subject: odd === undefined ? MESH_SUBJECT : clusterSubject(odd.name),
    title:
      odd === undefined ? `Clusters do not trust each other: ${links[0] ?? ''}` : `${odd.name} has other roots than the rest of the mesh`,
    facts: limitFacts([...members.map(shownMember), ...(odd === undefined ? links.slice(1) : [])]),
    hint: 'Traffic between them fails: give the odd one its intermediate under the common root, and that root as root-cert.pem.',
    commands: commandsFor(odd === undefined ? members.map(({ identity }) => identity) : [odd]),
  };
}

/** The one cluster that is part of every refusal, where there are enough of them to tell. */
function oddOne(members: readonly Member[], refusals: readonly Refusal[]): ClusterIdentity | undefined {
  if (members.length < 3) return undefined;
  const candidates = members.map(({ identity }) => identity).filter((one) => refusals.every(({ by, of }) => by === one || of === one));
  return candidates.length === 1 ? candidates[0] : undefined;
}

function overlap(members: readonly Member[]): Finding {
  const subject: Subject = MESH_SUBJECT;
  return {
    code: 'trust-roots-overlap',
    severity: 'info',
    subject,
    title: 'Clusters trust different sets of roots, and each the one under which the others sign',
    facts: limitFacts(members.map(shownMember)),
    hint: 'That is how it looks in the middle of a rotation of the root; outside of one, bring the sets together.',
    commands: commandsFor(members.map(({ identity }) => identity)),
  };
}

function shownMember({ identity, trusted, root }: Member): string {
  const signs = root === undefined ? '' : `, signs under ${shownCertificate(root)}`;
  return `${identity.name} trusts ${listNames(trusted.map(shownCertificate))}${signs}`;
}

function commandsFor(identities: readonly ClusterIdentity[]): readonly string[] {
  return identities.slice(0, 3).map(showRoots);
}
