/** Why a change that was asked for does not begin, or does not go on. */
import { formatDuration } from '../../core/duration.ts';
import type { Finding } from '../../mesh/finding.ts';
import { kubectl } from '../../mesh/kubectl.ts';
import { issuanceFailure } from '../../mesh/readiness.ts';
import { listNames, shownCertificate, utc } from '../../mesh/wording.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { CaCluster, CaSource, CaState } from '../model.ts';
import { clusterFinding, inSigner, meshFinding } from './finding.ts';

export function clusterUnknown(name: string, { clusters }: CaState): Finding {
  return meshFinding({
    code: 'ca-cluster-unknown',
    title: `No cluster is called ${name}`,
    facts: [`Known: ${listNames(clusters.map(({ identity }) => identity.name))}.`],
    hint: 'Take the name from the configuration.',
  });
}

export function noCacerts(cluster: CaCluster): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-no-cacerts',
    title: `${cluster.identity.name} has no cacerts`,
    hint: 'There is nothing to rotate yet: `/mesh distribute` publishes the first one, `/mesh adopt` where istiod runs already.',
    commands: [kubectl(cluster.identity, '-n istio-system get secret cacerts')],
  });
}

export function linkDown(cluster: CaCluster, others: readonly CaCluster[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-link-down',
    title: `${listNames(others.map(({ identity }) => identity.name))} cannot be reached`,
    facts: others.flatMap(({ api }) => (api.ok ? [] : [api.failure.message])),
    hint: 'Mend the link first: what the others trust cannot be seen. If it cannot wait, `/mesh rotate-ca scope:emergency`.',
    commands: others.map(({ identity }) => kubectl(identity, 'version')),
  });
}

export function rootsDiffer(cluster: CaCluster, others: readonly CaCluster[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-roots-differ',
    title: `${listNames(others.map(({ identity }) => identity.name))} ${others.length === 1 ? 'trusts' : 'trust'} other roots than ${cluster.identity.name}`,
    hint: 'All clusters must trust the same roots before one is given a new intermediate.',
    commands: others.map(({ identity }) => kubectl(identity, '-n istio-system get configmap istio-ca-root-cert -o yaml')),
  });
}

export function tooLate(cluster: CaCluster, signing: Certificate, now: number): Finding {
  const left = signing.notAfter - now;
  return clusterFinding(cluster.identity, {
    code: 'ca-too-late',
    severity: 'page',
    title: `The intermediate of ${cluster.identity.name} ${left > 0 ? `has ${formatDuration(left)} left` : `ended ${formatDuration(left)} ago`}`,
    facts: [`${shownCertificate(signing)} ends ${utc(signing.notAfter)}.`],
    hint: 'That is less than the 48 hours of a calm rotation: `/mesh rotate-ca scope:emergency` names the margins it gives up.',
  });
}

export function certManagerAway(cluster: CaCluster, state: CaState): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-cert-manager-away',
    title: 'Nothing can be issued: cert-manager does not run',
    hint: 'Bring its controller back; nothing was changed.',
    commands: [inSigner(state, 'get pods --all-namespaces -l app.kubernetes.io/name=cert-manager')],
  });
}

export function issuerNotReady(cluster: CaCluster, issuer: string, why: string | undefined, state: CaState): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-issuer-not-ready',
    title: `Nothing can be issued for ${cluster.identity.name}: ${issuer} is not ready`,
    facts: why === undefined ? [] : [why],
    hint: 'Its Secret must hold the mesh root, in the namespace where cert-manager looks for it.',
    commands: [inSigner(state, `describe clusterissuer ${issuer}`)],
  });
}

export function wouldOutliveRoot(cluster: CaCluster, root: Certificate): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-root-too-short',
    title: `A new intermediate of ${cluster.identity.name} would live longer than the root`,
    facts: [`${shownCertificate(root)} ends ${utc(root.notAfter)}.`],
    hint: 'Begin with a new root: `/mesh rotate-ca scope:root`.',
    commands: [],
  });
}

export function keyWouldStay(cluster: CaCluster, { object: { namespace, name } }: CaSource, state: CaState): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-key-would-stay',
    severity: 'page',
    title: `The Certificate of ${cluster.identity.name} keeps its key: a new certificate would have the stolen one`,
    hint: 'Set privateKey.rotationPolicy: Always in it, then ask again.',
    commands: [inSigner(state, `-n ${namespace} edit certificate ${name}`)],
  });
}

function issuance({ object: { namespace, name } }: CaSource, state: CaState): readonly string[] {
  return [inSigner(state, `-n ${namespace} describe certificate ${name}`), inSigner(state, `-n ${namespace} describe certificaterequests`)];
}

/** It was asked, and nothing comes. */
export function issuingStuck(cluster: CaCluster, source: CaSource, since: number, state: CaState): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-issuing-stuck',
    title: `cert-manager was asked for a certificate for ${cluster.identity.name} and issues none`,
    facts: [`It was asked at ${utc(since)}.`, 'One Certificate anywhere whose duration it cannot read stops it for all.'],
    hint: 'Read the log of its controller; a request that waits for approval, or for the Secret of its issuer, shows in its conditions.',
    commands: issuance(source, state),
  });
}

/** cert-manager says it issued one, and its Secret holds none that is new. */
export function issuedNothingNew(cluster: CaCluster, source: CaSource, state: CaState): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-issued-nothing-new',
    title: `cert-manager counts a new issuance for ${cluster.identity.name}, and its Secret holds the old one`,
    facts: [`Revision ${source.certificate?.revision ?? 'none'} of ${source.object.namespace}/${source.object.name}.`],
    hint: 'Somebody put the Secret back, or two Certificates share it. Nothing is asked for twice: abort, mend that, and ask again.',
    commands: issuance(source, state),
  });
}

/** What is asked where an issuance failed; one line. */
export function issuanceQuestion(source: CaSource, now: number): string {
  const facts = source.certificate === null ? undefined : issuanceFailure(source.certificate, now);
  return `${(facts ?? ['The last issuance failed.']).join(' ')} Mend what it names, then agree: it is asked again at once.`;
}

export function backupMissing(cluster: CaCluster, backup: string, known: readonly string[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-backup-missing',
    title: `${cluster.identity.name} has no backup ${backup}`,
    facts: known.length === 0 ? ['There is none at all.'] : [`There is ${listNames(known)}.`],
    hint: 'Choose one of those that are there.',
    commands: [kubectl(cluster.identity, '-n istio-system get secrets -l meshwarden.dev/kind=cacerts-backup')],
  });
}

export function backupUnfit(cluster: CaCluster, backup: string, faults: readonly string[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-backup-unfit',
    title: `${backup} may not go back to ${cluster.identity.name}`,
    facts: faults,
    hint: 'A backup goes back byte for byte or not at all. A renewal gives a new certificate: `/mesh rotate-ca scope:intermediate`.',
  });
}

export function adoptRootDiffers(cluster: CaCluster, present: Certificate | undefined, wanted: Certificate): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-adopt-changes-root',
    title: `${cluster.identity.name} cannot be adopted as it is: its root would change`,
    facts: [
      present === undefined
        ? 'istiod signs under a root of its own that it shows to nobody.'
        : `It signs under ${shownCertificate(present)}.`,
      `The mesh root is ${shownCertificate(wanted)}.`,
      'Every workload of it would have to be restarted, and could talk to no other until then.',
    ],
    hint: 'Bring the cluster in under both roots by hand, as docs/runbooks/foreign-root.md says, or set it up anew; then adopt.',
  });
}

export function adoptRestartUnsafe(cluster: CaCluster, others: readonly CaCluster[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-restart-unsafe',
    title: `istiod of ${cluster.identity.name} is not restarted while ${listNames(others.map(({ identity }) => identity.name))} cannot be reached`,
    hint: 'A restarted istiod would forget every endpoint there. It goes on by itself once they answer.',
    commands: others.map(({ identity }) => kubectl(identity, 'version')),
  });
}

export const CHANGE_CODES: readonly string[] = [
  'ca-cluster-unknown',
  'ca-no-cacerts',
  'ca-link-down',
  'ca-roots-differ',
  'ca-too-late',
  'ca-cert-manager-away',
  'ca-issuer-not-ready',
  'ca-root-too-short',
  'ca-key-would-stay',
  'ca-issuing-stuck',
  'ca-issued-nothing-new',
  'ca-backup-missing',
  'ca-backup-unfit',
  'ca-adopt-changes-root',
  'ca-restart-unsafe',
];
