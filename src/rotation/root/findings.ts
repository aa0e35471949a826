/** What is said where a root rotation cannot begin or cannot go on. */
import type { Finding } from '../../mesh/finding.ts';
import { utc } from '../../mesh/wording.ts';
import { clusterFinding, meshFinding } from '../findings/finding.ts';
import type { CaCluster, CaSource } from '../model.ts';

export function notSeen({ identity }: CaCluster, what: string, why: string): Finding {
  return clusterFinding(identity, {
    code: 'root-cluster-not-seen',
    title: `${what} of ${identity.name} cannot be seen`,
    facts: [why],
    hint: 'A change of root waits until every cluster can be seen: what one of them trusts must not be guessed.',
  });
}

export function signerNotSeen(why: string): Finding {
  return meshFinding({
    code: 'root-signer-not-seen',
    title: 'The cluster of cert-manager cannot be seen',
    facts: [why],
    hint: 'A change of root waits until it answers.',
  });
}

export function noIntent(): Finding {
  return meshFinding({
    code: 'root-intent-missing',
    title: 'No root rotation is under way',
    hint: 'Without its intent no step is taken. Ask for the rotation again: it goes on from what the clusters hold.',
  });
}

export function nothingTrusted({ identity }: CaCluster): Finding {
  return clusterFinding(identity, {
    code: 'root-signer-unknown',
    severity: 'page',
    title: `${identity.name} signs with a certificate that verifies to none of its roots`,
    hint: 'Repair it first: `/mesh restore` puts a backup back, `/mesh distribute` publishes what cert-manager holds.',
  });
}

export function foreignRoot({ identity }: CaCluster, fingerprints: readonly string[]): Finding {
  return clusterFinding(identity, {
    code: 'root-foreign',
    title: `${identity.name} trusts a root that belongs to neither generation`,
    facts: fingerprints.map((fingerprint) => `Root ${fingerprint}`),
    hint: 'Find out who put it there. A rotation carries two roots and no more.',
  });
}

export function noCacerts({ identity }: CaCluster): Finding {
  return clusterFinding(identity, {
    code: 'root-no-cacerts',
    title: `${identity.name} has no Secret cacerts`,
    hint: 'Bring it there first: `/mesh distribute`.',
  });
}

export function notOurs({ identity }: CaCluster, managers: readonly string[]): Finding {
  return clusterFinding(identity, {
    code: 'root-cacerts-foreign',
    title: `cacerts of ${identity.name} belongs to somebody else`,
    facts: managers.map((manager) => `Written by ${manager}`),
    hint: 'Take it over first: `/mesh adopt`.',
  });
}

export function notProved({ identity }: CaCluster): Finding {
  return clusterFinding(identity, {
    code: 'root-not-proved',
    title: `Nobody has seen istiod of ${identity.name} serve its cacerts`,
    hint: 'Run `/mesh distribute` until it says that the present certificate is proved, then ask again.',
  });
}

export function onHold({ identity }: CaCluster, why: string): Finding {
  return clusterFinding(identity, {
    code: 'root-on-hold',
    title: `${identity.name} has a certificate on hold`,
    facts: [why],
    hint: 'Settle it first: `/mesh release-hold` once its cause is gone.',
  });
}

export function noIstiod({ identity }: CaCluster): Finding {
  return clusterFinding(identity, {
    code: 'root-no-istiod',
    title: `No istiod runs in ${identity.name}`,
    hint: 'Nobody could prove a new root there. Start istiod, then ask again.',
  });
}

export function brokenVersion({ identity }: CaCluster, version: string, take: string): Finding {
  return clusterFinding(identity, {
    code: 'root-version-broken',
    title: `istiod ${version} of ${identity.name} hands only one of two roots to proxies`,
    facts: ['Known of 1.24.4 and 1.25.1 (istio#55793): half of the mesh would not trust the other half.'],
    hint: `Upgrade istiod to ${take} first.`,
  });
}

export function unknownVersion({ identity }: CaCluster, why: string): Finding {
  return clusterFinding(identity, {
    code: 'root-version-unknown',
    title: `The version of istiod in ${identity.name} is not known`,
    facts: [why],
    hint: 'How istiod compares roots depends on its version. Run it from an image with a version as its tag.',
  });
}

export function mixedVersions(versions: readonly string[]): Finding {
  return meshFinding({
    code: 'root-versions-mixed',
    title: 'istiods before and after 1.30 run in one mesh',
    facts: versions,
    hint: 'They compare roots in different ways. Bring all of them to one minor version, 1.30 or later, then ask again.',
  });
}

export function rootsDiffer(facts: readonly string[]): Finding {
  return meshFinding({
    code: 'root-differs',
    severity: 'page',
    title: 'The clusters do not trust the same root',
    facts,
    hint: 'A rotation sets out from one root that all clusters share. Repair that first.',
  });
}

export function tooLate(facts: readonly string[]): Finding {
  return meshFinding({
    code: 'root-too-late',
    severity: 'page',
    title: 'What signs now ends before a rotation of the root could be over',
    facts,
    hint: 'Renew the intermediates first where the root still allows it. Where the root itself ends, see the runbook for an emergency.',
  });
}

export function clocksApart(facts: readonly string[]): Finding {
  return meshFinding({
    code: 'root-clocks-apart',
    title: 'The clocks of the clusters are too far apart',
    facts,
    hint: 'Set them by NTP first: what one cluster signs is not yet valid in another.',
  });
}

export function badSource(cluster: CaCluster, { object }: Pick<CaSource, 'object'>, facts: readonly string[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'root-source-unfit',
    title: `${object.namespace}/${object.name} gives nothing that may be published`,
    facts,
    hint: 'Nothing was written with it. Repair what cert-manager issued; the rotation then goes on by itself.',
  });
}

export function notIssued(what: string, facts: readonly string[]): Finding {
  return meshFinding({
    code: 'root-not-issued',
    title: `cert-manager fails to issue ${what}`,
    facts,
    hint: 'Look at the Certificate and its CertificateRequests; after the repair cert-manager waits out its back-off unless it is renewed by hand.',
  });
}

export function noWayBack(): Finding {
  return meshFinding({
    code: 'root-no-way-back',
    severity: 'page',
    title: 'The intermediates of the old root are gone, and a cluster would need them to go back',
    hint: 'Create them again as they were configured; the rotation then goes on going back by itself.',
  });
}

export function cannotRestore({ identity }: CaCluster, facts: readonly string[]): Finding {
  return clusterFinding(identity, {
    code: 'root-cannot-restore',
    severity: 'page',
    title: `istiod of ${identity.name} does not serve what was written, and the backup may not go back`,
    facts,
    hint: 'Read the log of istiod. Nothing else is written meanwhile.',
  });
}

/** `until 2026-03-02 10:00 UTC`. */
export function untilText(instant: number): string {
  return `until ${utc(instant)}`;
}
