/** Issuers: whether they can sign. */
import { fieldsAt, isFields, sameJson, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { type Condition, withCondition } from './conditions.ts';
import { secretFacts } from './facts.ts';
import type { Problem } from './policies.ts';
import { type World, writeStatus } from './world.ts';

const PREFIX = 'Error getting keypair for CA issuer: ';

/** Where the Secret of an issuer lies. */
export function secretOf({ mirror, resourceNamespace }: World, issuer: KubeObject): KubeObject | undefined {
  const namespace = issuer.kind === 'ClusterIssuer' ? resourceNamespace : (issuer.metadata.namespace ?? '');
  return mirror.get('Secret', namespace, textAt(issuer, 'spec', 'ca', 'secretName') ?? '');
}

/** Looks at an issuer. It is ready with a CA certificate and any private key: that they belong together is not checked, nor is the time. */
export function reconcileIssuer(world: World, issuer: KubeObject): void {
  const spec = fieldsAt(issuer, 'spec');
  if (isFields(spec['selfSigned'])) return say(world, issuer, { type: 'Ready', status: 'True', reason: 'IsReady' });
  if (!isFields(spec['ca'])) return;
  const problem = problemOf(world, issuer);
  if (problem === undefined) {
    return say(world, issuer, { type: 'Ready', status: 'True', reason: 'KeyPairVerified', message: 'Signing CA verified' });
  }
  say(world, issuer, { type: 'Ready', status: 'False', reason: problem.reason, message: PREFIX + problem.message });
}

function problemOf(world: World, issuer: KubeObject): Problem | undefined {
  const name = textAt(issuer, 'spec', 'ca', 'secretName') ?? '';
  const secret = secretOf(world, issuer);
  if (secret === undefined) return { reason: 'ErrGetKeyPair', message: `secrets "${name}" not found` };
  const facts = secretFacts(secret);
  const where = `in secret '${secret.metadata.namespace}/${name}'`;
  if (facts.certificateText === '') return { reason: 'ErrGetKeyPair', message: `no data for "tls.crt" ${where}` };
  if (facts.keyText === '') return { reason: 'ErrGetKeyPair', message: `no data for "tls.key" ${where}` };
  if (facts.key === undefined)
    return { reason: 'ErrGetKeyPair', message: 'error decoding private key PEM block: no PEM data was found in given input' };
  const [first] = facts.certificates;
  if (first === undefined) return { reason: 'ErrGetKeyPair', message: 'error decoding certificate PEM block: no valid certificates found' };
  return first.isCa ? undefined : { reason: 'ErrInvalidKeyPair', message: 'certificate is not a CA' };
}

function say(world: World, issuer: KubeObject, said: Condition): void {
  const condition = { ...said, observedGeneration: issuer.metadata.generation ?? 1 };
  const before = fieldsAt(issuer, 'status');
  const conditions = withCondition(issuer, condition, world.now());
  if (sameJson(conditions, before['conditions'])) return;
  writeStatus(world, issuer, { ...before, conditions }, 'issuers');
  if (said.message === undefined) return;
  world.tell(issuer, {
    type: said.status === 'True' ? 'Normal' : 'Warning',
    reason: said.reason,
    message: said.message,
    source: 'issuers',
  });
  if (said.status === 'False' && said.reason === 'ErrGetKeyPair') {
    const message = `Error initializing issuer: ${said.message.slice(PREFIX.length)}`;
    world.tell(issuer, { type: 'Warning', reason: 'ErrInitIssuer', message, source: 'issuers' });
  }
}
