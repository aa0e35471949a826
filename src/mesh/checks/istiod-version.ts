import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity, DeploymentFacts } from '../model.ts';
import { objectSubject } from '../subject.ts';
import { ISTIO, parseVersion, placeIn, type Version } from '../versions.ts';

export const istiodVersion: ClusterCheck = {
  scope: 'cluster',
  id: 'istiod-version',
  title: 'istiod is of a version that is supported and was tried',
  inputs: ['istiod'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'ticket',
  // A version does not come and go.
  visibleAfter: 0,
  codes: ['istiod-version-old', 'istiod-version-flawed', 'istiod-version-new', 'istiod-version-unknown'],
  evaluate({ identity, istiod }) {
    return istiod.ok ? istiod.value.flatMap((deployment) => judge(identity, deployment)) : [];
  },
};

function judge(identity: ClusterIdentity, deployment: DeploymentFacts): readonly Finding[] {
  const { name } = identity;
  const text = deployment.version;
  const version = text === undefined ? undefined : parseVersion(text);
  const common = {
    subject: objectSubject(name, objectName(deployment)),
    commands: [kubectl(identity, `-n ${deployment.namespace} get deployment ${deployment.name} -o wide`)],
  };
  if (version === undefined) {
    return [
      {
        ...common,
        code: 'istiod-version-unknown',
        severity: 'info',
        title: `The version of istiod in ${name} is not known`,
        facts: [`Neither image nor label tells: ${text ?? deployment.images.join(', ')}`],
        hint: 'Let its image carry a tag, or its Deployment the label app.kubernetes.io/version; rules that depend on the version do not apply now.',
      },
    ];
  }
  const facts = [`${objectName(deployment)} runs ${text}; mended and tried are 1.${ISTIO.oldest} to 1.${ISTIO.newest}.`];
  const place = placeIn(ISTIO, version);
  if (place === 'older') {
    const hint = `Upgrade to 1.${ISTIO.newest}, one minor release at a time, the control plane before the proxies.`;
    return [
      { ...common, code: 'istiod-version-old', severity: 'ticket', title: `Istio ${text} of ${name} is mended no more`, facts, hint },
    ];
  }
  if (place === 'newer') {
    const hint = 'It will most likely do; look for a newer meshwarden.';
    return [
      {
        ...common,
        code: 'istiod-version-new',
        severity: 'info',
        title: `Istio ${text} of ${name} is newer than what was tried`,
        facts,
        hint,
      },
    ];
  }
  if (!losesRemotes(version)) return [];
  return [
    {
      ...common,
      code: 'istiod-version-flawed',
      severity: 'info',
      title: `Istio ${text} of ${name} loses remote endpoints when a remote secret changes`,
      facts: ['Up to 1.30.3 a changed kubeconfig drops all endpoints of that cluster until istiod restarts (istio/istio#61043).'],
      hint: 'Upgrade to 1.30.4 or later; until then delete a remote secret and create it anew instead of changing it.',
    },
  ];
}

function losesRemotes({ minor, patch }: Version): boolean {
  return minor === 30 && patch !== undefined && patch <= 3;
}
