import type { Clock } from '../../core/clock.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Random } from '../../core/random.ts';
import type { CaPolicy } from '../../rotation/model.ts';
import type { ClusterClient } from '../client.ts';
import type { Member } from '../collect.ts';
import type { AuthorityTarget } from '../target.ts';

/** What the authority's port is made of. */
export interface AuthorityPortOptions {
  readonly members: readonly Member[];
  /** Where cert-manager lies; undefined where nobody said so. It need not be one of the members. */
  readonly signer: Member | undefined;
  readonly target: AuthorityTarget;
  readonly istioNamespace: string;
  readonly policy: CaPolicy;
  /** Who we are in the Lease: never the same for two processes. */
  readonly holder: string;
  /**
   * The service account of Istio's namespace for which a test request may be signed; undefined: none is made, and only the served chain is looked at.
   */
  readonly probeAccount?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What a look covers. */
export interface LookOptions {
  /** Names of clusters; undefined: all. Signer and intent are looked at in any case. */
  readonly only?: readonly string[];
  /** Ask every istiod for the chain that it serves: `unproved` where the present data are not marked as proved. */
  readonly probe: 'none' | 'unproved' | 'all';
}

/** What a single step is given. */
export interface StepContext extends AuthorityPortOptions {
  readonly signal: AbortSignal;
}

/** The way into a cluster by name. @throws OperatorError where there is no such cluster or its kubeconfig cannot be used. */
export function clientOf({ members }: Pick<AuthorityPortOptions, 'members'>, cluster: string): ClusterClient {
  const member = members.find(({ identity }) => identity.name === cluster);
  if (member === undefined) {
    const next = 'Choose one of the clusters in the configuration.';
    throw new OperatorError({ reason: 'invalid', what: `There is no cluster ${cluster}`, where: 'the configuration', next });
  }
  return usable(member);
}

/** The way into the signer cluster. @throws OperatorError as {@link clientOf}. */
export function signerOf({ signer }: Pick<AuthorityPortOptions, 'signer'>): ClusterClient {
  if (signer !== undefined) return usable(signer);
  const next = 'Give one cluster the role signer in the configuration; `meshwarden init` asks for it.';
  throw new OperatorError({ reason: 'invalid', what: 'Nobody said in which cluster cert-manager keeps the root', next });
}

function usable({ client, identity }: Member): ClusterClient {
  if (client.ok) return client.value;
  const { reason, message, next } = client.failure;
  const where = `cluster ${identity.name}`;
  throw new OperatorError({ reason, what: 'The cluster cannot be reached', where, why: message, ...(next === undefined ? {} : { next }) });
}

/** The namespace in which the intermediates of the signer cluster lie: intent and Lease lie there too. */
export function stateNamespace({ intermediates }: AuthorityTarget): string {
  return intermediates[0]?.namespace ?? 'istio-ca';
}
