import { MINUTE } from '../../core/duration.ts';
import { authorityOf, CERT_MANAGER_PODS, inSigner, objectName, signerName } from '../authority.ts';
import type { Finding, MeshCheck } from '../finding.ts';
import type { DeploymentFacts, Snapshot } from '../model.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { limitFacts, listNames } from '../wording.ts';

export const certManagerAvailable: MeshCheck = {
  scope: 'mesh',
  id: 'cert-manager-available',
  title: 'cert-manager is available',
  inputs: ['authority'],
  atLeast: 0,
  dependsOn: ['cluster-reachable', 'cert-manager-installed'],
  severity: 'ticket',
  // Nothing is renewed within minutes; an upgrade takes a few.
  visibleAfter: 10 * MINUTE,
  codes: ['cert-manager-not-found', 'cert-manager-unavailable'],
  evaluate(_clusters, snapshot) {
    const deployments = authorityOf(snapshot)?.deployments ?? [];
    if (deployments.length === 0) return [notFound(snapshot)];
    const down = deployments.filter(({ available }) => available < 1);
    return down.length === 0 ? [] : [unavailable(down, snapshot)];
  },
};

function notFound(snapshot: Snapshot): Finding {
  return {
    code: 'cert-manager-not-found',
    severity: 'ticket',
    subject: MESH_SUBJECT,
    title: `cert-manager does not run in ${signerName(snapshot)}`,
    facts: ['Its definitions are there, but no Deployment of it was found beside the root: nothing is renewed.'],
    hint: 'Install it again (Certificates and Secrets are kept), or correct authority.root.namespace in the configuration.',
    commands: [inSigner(snapshot, `get deployments -A -l ${CERT_MANAGER_PODS}`)],
  };
}

function unavailable(down: readonly DeploymentFacts[], snapshot: Snapshot): Finding {
  const namespaces = [...new Set(down.map(({ namespace }) => namespace))];
  return {
    code: 'cert-manager-unavailable',
    severity: 'ticket',
    subject: MESH_SUBJECT,
    title: `cert-manager of ${signerName(snapshot)} is down: ${listNames(down.map(({ name }) => name))}`,
    facts: limitFacts(down.map((deployment) => `${objectName(deployment)}: ${deployment.available} of ${deployment.desired} available`)),
    hint: 'Nothing is renewed and no Certificate can be changed meanwhile: look at its pods.',
    commands: namespaces.map((namespace) => inSigner(snapshot, `-n ${namespace} describe pods -l ${CERT_MANAGER_PODS}`)),
  };
}
