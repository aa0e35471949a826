/** Why a sound certificate is not published: what stands in its way in the cluster. Each reason has a code of its own. */
import { formatDuration } from '../../core/duration.ts';
import type { Finding } from '../../mesh/finding.ts';
import { kubectl, showRoots } from '../../mesh/kubectl.ts';
import { istioNamespace } from '../../mesh/networks.ts';
import { listNames, shortFingerprint, shownCertificate, utc } from '../../mesh/wording.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { CaCluster, CacertsObject, CaState, Hold } from '../model.ts';
import { clusterFinding, inSigner, meshFinding } from './finding.ts';
import { lastGoodFact } from './source.ts';

function describeCacerts({ identity }: CaCluster): string {
  return kubectl(identity, `-n ${istioNamespace(identity)} get secret cacerts --show-managed-fields -o jsonpath='{.metadata}'`);
}

export function clusterUnreachable(cluster: CaCluster, whys: readonly string[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-cluster-unreachable',
    title: `${cluster.identity.name} was left out: it could not be looked at`,
    facts: whys,
    hint: 'It is caught up by itself once it answers.',
    commands: [kubectl(cluster.identity, 'version')],
  });
}

export function rootDiffers(cluster: CaCluster, present: Certificate | undefined, wanted: Certificate | undefined): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-root-differs',
    title: `Not published: it would change the root of ${cluster.identity.name}`,
    facts: [
      present === undefined ? 'What it signs with verifies to no root.' : `It signs under ${shownCertificate(present)}.`,
      ...(wanted === undefined ? [] : [`The new certificate belongs to ${shownCertificate(wanted)}.`]),
    ],
    hint: 'A root changes only by `/mesh rotate-ca scope:root`, which carries both for as long as it takes.',
    commands: [showRoots(cluster.identity)],
  });
}

export function rootNotPinned(cluster: CaCluster, root: Certificate, pinned: string | undefined): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-root-not-pinned',
    title: `Not published: the root of the first certificate for ${cluster.identity.name} is not the one of the configuration`,
    facts: [
      `It belongs to ${shownCertificate(root)}.`,
      pinned === undefined ? 'The configuration names no fingerprint.' : `The configuration names ${shortFingerprint(pinned)}.`,
    ],
    hint: 'Compare the fingerprint by another way and write it into the configuration: whoever wins the first write is trusted by all.',
    commands: [],
  });
}

export function held(cluster: CaCluster, { fingerprint, why, at }: Hold): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-held',
    title: `Not published: the new certificate of ${cluster.identity.name} is on hold`,
    facts: [`${shortFingerprint(fingerprint)} is held since ${utc(at)}. ${why}`, ...lastGoodFact(cluster)],
    hint: '`/mesh release-hold` publishes it after all; a certificate that is issued anew is not held.',
  });
}

export function revoked(cluster: CaCluster, { fingerprint }: Certificate): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-revoked',
    severity: 'page',
    title: `Not published: the key of the certificate for ${cluster.identity.name} counts as stolen`,
    facts: [`An emergency revoked ${shortFingerprint(fingerprint)}.`, ...lastGoodFact(cluster)],
    hint: 'Have a new one issued: `/mesh rotate-ca scope:emergency`. Nothing takes a revocation back.',
  });
}

export function ownedByOther(cluster: CaCluster, { ownership: { kind, managers, application } }: CacertsObject): Finding {
  const tools = {
    meshwarden: 'meshwarden',
    kubectl: 'kubectl',
    gitops: 'a GitOps tool',
    istiod: 'istiod',
    other: 'somebody else',
  } as const;
  return clusterFinding(cluster.identity, {
    code: 'ca-owned-by-other',
    title: `Not published: cacerts of ${cluster.identity.name} belongs to ${tools[kind]}`,
    facts: [
      ...(managers.length === 0 ? [] : [`Its data were written by ${listNames(managers)}.`]),
      ...(application === undefined ? [] : [`It is part of ${application}.`]),
      ...lastGoodFact(cluster),
    ],
    hint: '`/mesh adopt` shows what taking it over needs, keeps a copy and does it once.',
    commands: [describeCacerts(cluster)],
  });
}

export function immutable(cluster: CaCluster): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-cacerts-immutable',
    title: `Not published: cacerts of ${cluster.identity.name} is immutable`,
    facts: lastGoodFact(cluster),
    hint: 'Save it, delete it and create it again without `immutable`; then `/mesh adopt`.',
    commands: [describeCacerts(cluster)],
  });
}

export function olderThanPresent(cluster: CaCluster, source: Certificate, present: Certificate): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-older-than-present',
    title: `Not published: what cert-manager keeps for ${cluster.identity.name} is older than what it signs with`,
    facts: [`Issued ${utc(source.notBefore)}; in use since ${utc(present.notBefore)}.`, ...lastGoodFact(cluster)],
    hint: 'The Secret was put back from somewhere, or cacerts was written from elsewhere: find out which; a renewal gives a new one.',
  });
}

export function keyInTwoClusters(cluster: CaCluster, others: readonly string[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-key-in-two-clusters',
    title: `Not published: the key for ${cluster.identity.name} is used by ${listNames(others)} too`,
    facts: lastGoodFact(cluster),
    hint: 'Each cluster has a Certificate and a key of its own: who takes one cluster would have them all.',
  });
}

export function backupsUnseen(cluster: CaCluster, why: string): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-backups-unseen',
    title: `Not published: the backups of ${cluster.identity.name} could not be looked at`,
    facts: [why],
    hint: 'Nothing is written without a copy to go back to: `meshwarden doctor` tries the rights.',
    commands: [],
  });
}

export function stoppedByHold(cluster: CaCluster, other: string, hold: Hold): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-stopped-by-hold',
    title: `${cluster.identity.name} waits: ${other} refused its new certificate`,
    facts: [hold.why, ...lastGoodFact(cluster)],
    hint: `Look at ${other} first. \`/mesh distribute\` with the name of this cluster goes on with it alone.`,
  });
}

/** Others are written, and nobody has yet seen them served. */
export function olderUnproved(cluster: CaCluster, others: readonly string[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-unproved-elsewhere',
    title: `${cluster.identity.name} waits: ${listNames(others)} ${others.length === 1 ? 'is' : 'are'} written and not proved`,
    hint: 'It goes on by itself once they are.',
    commands: [],
  });
}

export function intentUnseen(state: CaState): Finding {
  const why = state.intent.ok ? [] : [state.intent.failure.message];
  return meshFinding({
    code: 'ca-intent-unseen',
    title: 'Nothing is changed: whether a rotation is under way could not be seen',
    facts: why,
    hint: 'It is tried again by itself; `meshwarden doctor` tries the signer cluster.',
    commands: [inSigner(state, 'get configmaps --all-namespaces -l app.kubernetes.io/managed-by=meshwarden')],
  });
}

export function clockSkew(cluster: CaCluster, skewMs: number): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-clock-skew',
    title: `The clock of ${cluster.identity.name} is off by as much as ${formatDuration(skewMs)}`,
    hint: 'Mend its time first: what is signed in one cluster would not yet be valid in another.',
    commands: [kubectl(cluster.identity, 'get nodes -o wide')],
  });
}

export const PUBLICATION_CODES: readonly string[] = [
  'ca-cluster-unreachable',
  'ca-root-differs',
  'ca-root-not-pinned',
  'ca-held',
  'ca-revoked',
  'ca-owned-by-other',
  'ca-cacerts-immutable',
  'ca-older-than-present',
  'ca-key-in-two-clusters',
  'ca-backups-unseen',
  'ca-stopped-by-hold',
  'ca-unproved-elsewhere',
  'ca-intent-unseen',
  'ca-clock-skew',
  'ca-written-not-proved',
  'ca-nothing-to-restore',
  'ca-restored-not-served',
];
