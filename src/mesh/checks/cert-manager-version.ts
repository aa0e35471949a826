import { authorityOf, CERT_MANAGER_PODS, inSigner, signerName } from '../authority.ts';
import type { Finding, MeshCheck } from '../finding.ts';
import type { Snapshot } from '../model.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { CERT_MANAGER, parseVersion, placeIn } from '../versions.ts';

export const certManagerVersion: MeshCheck = {
  scope: 'mesh',
  id: 'cert-manager-version',
  title: 'cert-manager is of a version that was tried',
  inputs: ['authority'],
  atLeast: 0,
  dependsOn: ['cluster-reachable', 'cert-manager-installed'],
  severity: 'ticket',
  // A version does not come and go.
  visibleAfter: 0,
  codes: ['cert-manager-version-old', 'cert-manager-version-flawed', 'cert-manager-version-new', 'cert-manager-version-unknown'],
  evaluate(_clusters, snapshot) {
    const deployments = authorityOf(snapshot)?.deployments ?? [];
    if (deployments.length === 0) return [];
    const texts = [...new Set(deployments.flatMap(({ version }) => version ?? []))].toSorted();
    if (texts.length === 0)
      return [
        unknown(
          deployments.flatMap(({ images }) => images),
          snapshot,
        ),
      ];
    const findings = texts.map((text) => judge(text, snapshot)).filter((finding) => finding !== undefined);
    // Its parts are of one version but during an upgrade: the first that is to be said is enough.
    return findings.slice(0, 1);
  },
};

function judge(text: string, snapshot: Snapshot): Finding | undefined {
  const version = parseVersion(text);
  if (version === undefined) return unknown([text], snapshot);
  const where = signerName(snapshot);
  const facts = [`It runs ${text}; tried are 1.${CERT_MANAGER.oldest} to 1.${CERT_MANAGER.newest}.`];
  const common = { subject: MESH_SUBJECT, facts, commands: commands(snapshot) };
  if (version.major === 1 && version.minor === 21 && version.patch === 0) {
    return {
      ...common,
      code: 'cert-manager-version-flawed',
      severity: 'ticket',
      title: `cert-manager 1.21.0 of ${where} fails over a Certificate whose renewal is disabled`,
      facts: ['1.21.0 panics or fills its log where spec.renewal.policy is Disabled, as it should be for the root.'],
      hint: 'Upgrade to 1.21.1 or later.',
    };
  }
  const place = placeIn(CERT_MANAGER, version);
  if (place === 'known') return undefined;
  return place === 'older'
    ? {
        ...common,
        code: 'cert-manager-version-old',
        severity: 'ticket',
        title: `cert-manager ${text} of ${where} is mended no more`,
        hint: `Upgrade to 1.${CERT_MANAGER.newest}, one minor release at a time.`,
      }
    : {
        ...common,
        code: 'cert-manager-version-new',
        severity: 'info',
        title: `cert-manager ${text} of ${where} is newer than what was tried`,
        hint: 'It will most likely do; look for a newer meshwarden.',
      };
}

function unknown(said: readonly string[], snapshot: Snapshot): Finding {
  return {
    code: 'cert-manager-version-unknown',
    severity: 'info',
    subject: MESH_SUBJECT,
    title: `The version of cert-manager in ${signerName(snapshot)} is not known`,
    facts: [`Neither label nor image tells: ${said.join(', ')}`],
    hint: 'Label its Deployments with app.kubernetes.io/version, or let the images carry a tag.',
    commands: commands(snapshot),
  };
}

function commands(snapshot: Snapshot): readonly string[] {
  return [inSigner(snapshot, `get deployments -A -l ${CERT_MANAGER_PODS} -o wide`)];
}
