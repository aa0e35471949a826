/** Having a new certificate issued: asked for once, waited for, and what cert-manager does besides recognised. */
import { MINUTE, SECOND } from '../core/duration.ts';
import { conditionOf } from '../mesh/readiness.ts';
import { stuck, take, waitFor } from './decisions.ts';
import { certManagerAway, issuanceQuestion, issuedNothingNew, issuingStuck } from './findings/change.ts';
import { sourceMissing, sourceUnseen, unfitSource } from './findings/source.ts';
import type { FullFrame } from './frame.ts';
import type { Decision } from './goal.ts';
import { goodSecretOf, signerStateOf } from './look.ts';
import type { CaSource } from './model.ts';
import type { Certificate } from '../pki/certificate.ts';

/** cert-manager signs within seconds; a slow one within a minute. */
const ISSUED_WITHIN = 10 * MINUTE;
/** Secret and status are written one after the other, and looked at one after the other. */
const SEEN_WITHIN = 30 * SECOND;

/** The certificate that this change is to publish: none of what was, is held, or counts as stolen. */
export function newCertificate({ source, cacerts, began }: FullFrame): Certificate | undefined {
  const signing = source === undefined ? undefined : goodSecretOf(source)?.assembly.signing;
  if (signing === undefined || signing.fingerprint === began) return undefined;
  const { hold, revoked } = cacerts.record;
  return hold?.fingerprint === signing.fingerprint || revoked.includes(signing.fingerprint) ? undefined : signing;
}

/** What is to be done until a new certificate is there. */
export function renew(frame: FullFrame): Decision {
  const { state, cluster, source, now, intent } = frame;
  if (!state.signer.ok) return stuck(sourceUnseen(cluster, state.signer.failure.message, state));
  if (source === undefined || source.certificate === null) return stuck(sourceMissing(cluster, source, state));
  if (signerStateOf(state)?.available !== true) return stuck(certManagerAway(cluster, state));
  const issuing = conditionOf(source.certificate.conditions, 'Issuing');
  if (issuing?.status === 'True') return whileIssuing(frame, source, issuing.lastTransition ?? now);
  const attempts = failedSince(source, intent.createdAt);
  if (attempts !== undefined && !intent.agreed.includes(`retry:${attempts}`)) {
    return { kind: 'ask', question: `retry:${attempts}`, says: issuanceQuestion(source, now) };
  }
  if (attempts === undefined && isRevisionNew(frame, source)) return afterIssuance(frame, source);
  const { namespace, name } = source.object;
  const { uid, resourceVersion } = source.certificate;
  const step = {
    kind: 'renew',
    certificate: { namespace, name },
    expects: { uid, resourceVersion },
    revision: intent.baseline.revision,
  } as const;
  return take(step, `ask cert-manager for a new certificate of ${cluster.identity.name}`);
}

function whileIssuing({ state, cluster, now }: FullFrame, source: CaSource, since: number): Decision {
  const deadline = since + ISSUED_WITHIN;
  if (now >= deadline) return stuck(issuingStuck(cluster, source, since, state));
  return waitFor(`cert-manager issues the new certificate of ${cluster.identity.name}`, deadline);
}

/** How many issuances failed in a row, the last of them since the change began; undefined: none. Times of cert-manager have whole seconds. */
function failedSince({ certificate }: CaSource, createdAt: number): number | undefined {
  const failed = certificate?.lastFailureTime;
  if (failed === undefined || failed < Math.floor(createdAt / SECOND) * SECOND) return undefined;
  return certificate?.failedAttempts ?? 1;
}

/** One issuance is never asked for twice. A Certificate that adopted its Secret counts none before its first. */
function isRevisionNew({ intent }: FullFrame, { certificate }: CaSource): boolean {
  return (certificate?.revision ?? 0) > (intent.baseline.revision ?? 0);
}

/** It was issued, and what the Secret holds is not a new certificate that could be published. */
function afterIssuance({ state, cluster, now }: FullFrame, source: CaSource): Decision {
  const secret = source.secret.ok ? source.secret.value : undefined;
  if (secret?.assembly.ok === false) return stuck(unfitSource(cluster, source, secret.assembly.faults, state));
  const ready = source.certificate === null ? undefined : conditionOf(source.certificate.conditions, 'Ready');
  const since = Math.max(ready?.lastTransition ?? 0, source.certificate?.notBefore ?? 0);
  if (now - since < SEEN_WITHIN)
    return waitFor(`the Secret of ${cluster.identity.name} is about to hold the new certificate`, since + SEEN_WITHIN);
  return stuck(issuedNothingNew(cluster, source, state));
}

/** True while cert-manager works on what was asked for since the change began. */
export function isBeingIssued({ source, intent, now }: FullFrame): boolean {
  const certificate = source?.certificate ?? undefined;
  const issuing = certificate === undefined ? undefined : conditionOf(certificate.conditions, 'Issuing');
  if (issuing?.status !== 'True') return false;
  const since = issuing.lastTransition ?? now;
  return since >= Math.floor(intent.createdAt / SECOND) * SECOND && now < since + ISSUED_WITHIN;
}
