/** Where workloads ask for certificates: who asks, what is counted, what is logged, what is answered (istio: security/pkg/server/ca/server.go). */
import type { IstiodSettings, RunningAuthority } from './authority.ts';
import { identify, type Reviewers } from './client-identity.ts';
import type { Caller, CallResult } from './grpc.ts';
import type { PodLog } from './log.ts';
import type { CounterName } from './metrics.ts';
import type { SigningRequest } from './protobuf.ts';
import { signRequest } from './sign-request.ts';
import { clampsLeaves } from './version.ts';

const WITHOUT_CHAIN = 'no verified chain is found; ';
const UNAUTHENTICATED = 16;
const INVALID_ARGUMENT = 3;
const INTERNAL = 13;

/** What stands behind the desk. */
export interface Desk {
  readonly authority: RunningAuthority;
  readonly reviewers: Reviewers;
  readonly settings: IstiodSettings;
  readonly now: () => number;
  readonly log: PodLog;
  readonly count: (name: CounterName) => void;
}

/** Answers one request. */
export function sign(request: SigningRequest, caller: Caller, { authority, reviewers, settings, now, log, count }: Desk): CallResult {
  count('citadel_server_csr_count');
  const identity = identify(caller, reviewers, WITHOUT_CHAIN);
  if ('refused' in identity) {
    count('citadel_server_authentication_failure_count');
    log.write('error', `security\tFailed to authenticate client from ${caller.address}: ${identity.refused}`);
    return { code: UNAUTHENTICATED, message: 'request authenticate failure' };
  }
  const client = `client=${caller.address}`;
  if (request.impersonates) {
    count('citadel_server_authentication_failure_count');
    log.write('warn', `serverca\timpersonation not allowed, as node authorizer (CA_TRUSTED_NODE_ACCOUNTS) is not configured\t${client}`);
    return { code: UNAUTHENTICATED, message: 'request impersonation authentication failure' };
  }
  const { csr, validity } = request;
  const clamped = clampsLeaves(settings.image);
  const signed = signRequest(authority.signing, { csr, validity, spiffe: identity.spiffe, now: now(), clamped });
  if (!('kind' in signed)) {
    count('citadel_server_success_cert_issuance_count');
    return signed;
  }
  count(`citadel_server_csr_sign_err_count{error="${signed.kind}"}`);
  log.write('error', `serverca\tCSR signing error: ${signed.text}\t${client}`);
  return { code: signed.kind === 'CERT_GEN_ERROR' ? INTERNAL : INVALID_ARGUMENT, message: `CSR signing error (${signed.text})` };
}
