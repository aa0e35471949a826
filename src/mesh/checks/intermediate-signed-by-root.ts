import { MINUTE } from '../../core/duration.ts';
import { verifyChain, WORKLOAD_USAGES } from '../../pki/verify.ts';
import { describeCertificate, inSigner, intermediateOf, objectName, sourceOf } from '../authority.ts';
import type { ClusterCheck, Finding, Severity } from '../finding.ts';
import type { IntermediateSecret, ManagedCertificate, Snapshot } from '../model.ts';
import { clusterSubject } from '../subject.ts';
import { limitFacts, shownCertificate } from '../wording.ts';

export const intermediateSignedByRoot: ClusterCheck = {
  scope: 'cluster',
  id: 'intermediate-signed-by-root',
  title: 'What cert-manager issued is an intermediate of the root',
  inputs: ['source'],
  dependsOn: [
    'cluster-reachable',
    'cert-manager-installed',
    'issuer-ready',
    'intermediate-valid',
    'intermediate-issuance',
    'intermediate-ready',
  ],
  severity: 'ticket',
  // A renewal writes the Secret in one step; a changed issuerRef is followed within seconds.
  visibleAfter: 5 * MINUTE,
  codes: [
    'intermediate-secret-missing',
    'intermediate-secret-unreadable',
    'intermediate-key-mismatch',
    'intermediate-self-signed',
    'intermediate-untrusted',
    'intermediate-issuer-differs',
  ],
  evaluate({ identity: { name } }, snapshot, now) {
    const secret = sourceOf(snapshot, name);
    const certificate = intermediateOf(snapshot, name)?.certificate ?? undefined;
    if (secret === undefined) return [];
    if (secret === null) return certificate === undefined ? [] : [missing(name, certificate, snapshot)];
    const problem = judge(secret, certificate, now);
    if (problem === undefined) return [];
    const { code, says, facts, hint } = problem;
    const severity: Severity = 'ticket';
    const commands = [
      ...(certificate === undefined ? [] : [describeCertificate(snapshot, certificate)]),
      inSigner(snapshot, `-n ${secret.namespace} describe secret ${secret.name}`),
    ];
    return [
      {
        code,
        severity,
        subject: clusterSubject(name),
        title: `What was issued for ${name} ${says}`,
        facts: limitFacts(facts),
        hint,
        commands,
      },
    ];
  },
};

function missing(name: string, { namespace, secretName }: ManagedCertificate, snapshot: Snapshot): Finding {
  return {
    code: 'intermediate-secret-missing',
    severity: 'ticket',
    subject: clusterSubject(name),
    title: `The Secret of the intermediate of ${name} is missing`,
    facts: [`There is no Secret ${namespace}/${secretName} in the signer cluster.`],
    hint: 'cert-manager issues it again with a new key; publish that, and find out who deleted it.',
    commands: [inSigner(snapshot, `-n ${namespace} get secret ${secretName}`)],
  };
}

interface Judgement {
  readonly code: string;
  /** After `What was issued for <cluster>`. */
  readonly says: string;
  readonly facts: readonly string[];
  readonly hint: string;
}

/** The first thing that is wrong: what comes after it follows from it. */
function judge(secret: IntermediateSecret, certificate: ManagedCertificate | undefined, now: number): Judgement | undefined {
  const { chain, ca, keyFingerprint, faults } = secret;
  const [leaf] = chain;
  const place = objectName(secret);
  if (leaf === undefined || faults.length > 0) {
    const facts = faults.length > 0 ? faults : ['tls.crt holds no certificate.'];
    const hint = 'Force a renewal, so that cert-manager writes it anew.';
    return { code: 'intermediate-secret-unreadable', says: 'cannot be read', facts: facts.map((text) => `${place}: ${text}`), hint };
  }
  if (leaf.selfSigned) return selfSigned(secret, certificate);
  if (keyFingerprint !== undefined && keyFingerprint !== leaf.publicKeyFingerprint) {
    const facts = [`tls.key in ${place} is not the key of ${shownCertificate(leaf)}.`];
    return { code: 'intermediate-key-mismatch', says: 'has a foreign key', facts, hint: 'Force a renewal, and find out who wrote it.' };
  }
  // Its end is judged where it is used: here only whose it is.
  const at = Math.min(now, leaf.notAfter);
  const result = verifyChain({
    leaf,
    intermediates: chain,
    roots: ca,
    at: Math.max(at, leaf.notBefore),
    usages: WORKLOAD_USAGES,
    signs: true,
  });
  if (!result.ok) {
    const facts = [result.fault.text, ...ca.map((root) => `ca.crt in ${place} holds ${shownCertificate(root)}.`)];
    const hint = 'Force a renewal; if it stays so, the Secret of the issuer holds a key that is not that of its certificate.';
    return { code: 'intermediate-untrusted', says: 'does not verify to the root that came with it', facts, hint };
  }
  return otherIssuer(secret, certificate);
}

function selfSigned(secret: IntermediateSecret, certificate: ManagedCertificate | undefined): Judgement {
  const issuer = certificate?.spec.issuer;
  const named = issuer === undefined ? [] : [`Its Certificate names ${issuer.kind} ${issuer.name}.`];
  const signed = secret.issuerAnnotation === undefined ? [] : [`It was signed by issuer ${secret.issuerAnnotation}.`];
  return {
    code: 'intermediate-self-signed',
    says: 'is self-signed: a root of its own, not an intermediate',
    facts: [
      `tls.crt in ${objectName(secret)} is its own issuer: ${secret.chain.slice(0, 1).map(shownCertificate).join('')}.`,
      ...signed,
      ...named,
    ],
    hint: 'Let spec.issuerRef of its Certificate name the ca ClusterIssuer over the Secret of the root: cert-manager issues again by itself.',
  };
}

function otherIssuer({ issuerAnnotation }: IntermediateSecret, certificate: ManagedCertificate | undefined): Judgement | undefined {
  const issuer = certificate?.spec.issuer.name;
  if (issuerAnnotation === undefined || issuer === undefined || issuerAnnotation === issuer) return undefined;
  return {
    code: 'intermediate-issuer-differs',
    says: 'comes from another issuer than its Certificate names',
    facts: [`It was signed by issuer ${issuerAnnotation}; ${issuer} is named.`],
    hint: 'cert-manager issues again by itself after a change of issuerRef; if it does not, force a renewal.',
  };
}
