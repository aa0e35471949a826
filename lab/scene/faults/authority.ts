/** Faults of the certificate authority in the signer cluster, and of what it issued. */
import type { CertManager } from '../../controllers/cert-manager.ts';
import type { FaultText, LabFault } from '../../faults.ts';
import { fieldsAt, kubeTime } from '../../kubernetes/object.ts';
import { createAuthority, type Authority } from '../../pki/authority.ts';
import type { Life } from '../../pki/sign.ts';
import { type CertificateShape, intermediateOf, issuedStatus, lifeOf, SELF_SIGNED_ISSUER } from '../cert-manager.ts';
import { cacertsTexts } from '../control-plane.ts';
import type { MeshMember } from '../member.ts';
import { CERT_MANAGER_NAMESPACE } from '../namespaces.ts';
import type { Change, Overlay } from '../overlays.ts';
import { secretData } from '../text.ts';
import { cacertsChange } from './cacerts.ts';
import { switching } from './switching.ts';
import { allGone, changing, changingOne, definitionsGone, deploymentDown, withFields, withTexts } from './changes.ts';

const GROUP = 'Certificate authority';
const HOUR_MS = 3_600_000;

/** The parts of a mesh that these faults touch. */
export interface AuthorityParts {
  readonly members: readonly MeshMember[];
  readonly signer: MeshMember;
  readonly root: Authority;
  readonly certManager: CertManager;
  readonly now: () => number;
}

/** Expired intermediates, the guide's mistake, and cert-manager stopped or gone. */
export function authorityFaults(parts: AuthorityParts): LabFault[] {
  const { members } = parts;
  return [...members.map((member) => intermediateExpired(member, parts)), guideMistake(parts), stopped(parts), absent(parts)];
}

function intermediateExpired(member: MeshMember, parts: AuthorityParts): LabFault {
  const { signer, root, now, certManager } = parts;
  const { namespace, name } = intermediateOf(member.name);
  const text = {
    id: `intermediate-expired-${member.name}`,
    title: `Expire the intermediate of ${member.name}`,
    explain: `It ended an hour ago and was not renewed: istiod of ${member.name} signs nothing that anybody accepts.`,
    group: GROUP,
  };
  const touched = signer === member ? [member] : [signer, member];
  const fault = changing(text, touched, () => {
    const shape = intermediateOf(member.name);
    const life = expired(shape, now());
    // Signed once for both clusters: what istiod has is what cert-manager issued.
    const issued = root.issueIntermediate({ commonName: shape.name, ...life });
    return (at) => [
      ...(at === signer ? issuedChanges(shape, issued, life) : []),
      ...(at === member ? [cacertsChange(withTexts(cacertsTexts(issued)))] : []),
    ];
  });
  // A controller that works would renew it at once.
  return switching(fault, (on) => (on ? certManager.setAside(namespace, name) : certManager.takeBack(namespace, name)));
}

function expired(shape: CertificateShape, now: number): Life {
  return lifeOf(shape, now - (shape.durationHours + 1) * HOUR_MS);
}

function issuedChanges(shape: CertificateShape, issued: Authority, life: Life): Overlay[] {
  const { namespace, name } = shape;
  const at = { namespace, name };
  const condition = {
    lastTransitionTime: kubeTime(life.notAfter),
    message: `Certificate expired on ${new Date(life.notAfter).toUTCString().replace('GMT', 'UTC')}`,
    observedGeneration: 1,
    reason: 'Expired',
    status: 'False',
    type: 'Ready',
  };
  const texts = { 'ca.crt': issued.rootPem, 'tls.crt': issued.chainPem, 'tls.key': issued.keyPem };
  return [
    { kind: 'Secret', ...at, change: withTexts(texts) },
    { kind: 'Certificate', ...at, change: withFields('status', { conditions: [condition], ...issuedStatus(shape, life) }) },
  ];
}

/** The guide's phase 1 as written: cert-manager is content, and nothing hangs from the root. */
function guideMistake({ members, signer, root, now }: AuthorityParts): LabFault {
  const text = {
    id: 'guide-mistake',
    title: "Make the guide's mistake",
    explain: 'The intermediates come from the selfSigned issuer: each is a root of its own, although cert-manager says that all is well.',
    group: GROUP,
  };
  return changing(text, members, () => {
    const at = now();
    const made = new Map(members.map(({ name }) => [name, selfSigned(intermediateOf(name), at)]));
    return (member) => [
      ...(member === signer ? [...made].flatMap(([name, authority]) => selfSignedChanges(intermediateOf(name), authority, at)) : []),
      ...[...made].filter(([name]) => name === member.name).map(([, own]) => cacertsChange(withTexts(guideTexts(own, root)))),
    ];
  });
}

function selfSigned(shape: CertificateShape, now: number): Authority {
  return createAuthority({ commonName: shape.name, ...selfSignedLife(shape, now) });
}

function selfSignedLife(shape: CertificateShape, now: number): Life {
  return lifeOf(shape, now - 24 * HOUR_MS);
}

function selfSignedChanges(shape: CertificateShape, { certificatePem, keyPem }: Authority, now: number): Overlay[] {
  const at = { namespace: shape.namespace, name: shape.name };
  const secret: Change = (object) =>
    object && {
      ...object,
      metadata: {
        ...object.metadata,
        annotations: { ...object.metadata.annotations, 'cert-manager.io/issuer-name': SELF_SIGNED_ISSUER },
      },
      data: secretData({ 'ca.crt': certificatePem, 'tls.crt': certificatePem, 'tls.key': keyPem }),
    };
  const certificate: Change = (object) => {
    const issuerRef = { ...fieldsAt(object, 'spec', 'issuerRef'), name: SELF_SIGNED_ISSUER };
    const issued = withFields('spec', { issuerRef })(object);
    return issued && withFields('status', issuedStatus(shape, selfSignedLife(shape, now)))(issued);
  };
  return [
    { kind: 'Secret', ...at, change: secret },
    { kind: 'Certificate', ...at, change: certificate },
  ];
}

/** Step 1.5 of the guide takes the bundle from the root's own Secret. */
function guideTexts(selfSigned: Authority, root: Authority): Record<string, string> {
  const { certificatePem, keyPem } = selfSigned;
  return {
    'ca-cert.pem': certificatePem,
    'ca-key.pem': keyPem,
    'cert-chain.pem': certificatePem + root.certificatePem,
    'root-cert.pem': root.certificatePem,
  };
}

function certManagerDeployments({ api }: MeshMember): string[] {
  return api.store.list('Deployment', CERT_MANAGER_NAMESPACE).flatMap(({ metadata }) => metadata.name ?? []);
}

function stopped({ signer, certManager, now }: AuthorityParts): LabFault {
  const text = {
    id: 'cert-manager-stopped',
    title: 'Stop cert-manager',
    explain: 'None of its pods is ready, and nothing is renewed: after some time a renewal is overdue.',
    group: GROUP,
  };
  return running(text, { signer, certManager }, () =>
    certManagerDeployments(signer).flatMap((name) => deploymentDown(signer, CERT_MANAGER_NAMESPACE, name, now())),
  );
}

function absent({ signer, certManager }: AuthorityParts): LabFault {
  const text = {
    id: 'cert-manager-absent',
    title: 'Remove cert-manager',
    explain: `${signer.name} knows no certificates any more: neither their definitions nor who issues them.`,
    group: GROUP,
  };
  return running(text, { signer, certManager }, () => [
    ...['Deployment', 'Pod'].flatMap((kind) => allGone(signer, kind, CERT_MANAGER_NAMESPACE)),
    ...definitionsGone(signer, 'cert-manager.io'),
  ]);
}

function running(
  text: FaultText,
  { signer, certManager }: Pick<AuthorityParts, 'signer' | 'certManager'>,
  changes: () => Overlay[],
): LabFault {
  return switching(changingOne(text, signer, changes), (on) => (on ? certManager.stop(text.id) : certManager.start(text.id)));
}
