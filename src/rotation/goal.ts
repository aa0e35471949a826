/** What can be asked of the authority, the single steps that lead there, and what a planner answers. */
import { z } from 'zod';
import type { Finding } from '../mesh/finding.ts';
import type { CaState, Generation } from './model.ts';

const cluster = z.string().min(1);

/** Input from outside: a command, a button, a job's payload, an intent object. */
export const Goal = z.discriminatedUnion('kind', [
  /** Bring what cert-manager issued to the clusters: all of them, or some. Needs no approval and no intent. */
  z.strictObject({ kind: z.literal('distribute'), only: z.array(cluster).min(1).optional() }),
  z.strictObject({ kind: z.literal('intermediate'), cluster }),
  /** `fast`: every agent signs anew at the switch, where the version allows it. */
  z.strictObject({ kind: z.literal('root'), speed: z.enum(['gentle', 'fast']) }),
  /** The key of an intermediate counts as stolen. `crl`: name of a ConfigMap in the signer cluster's state namespace with the key `ca-crl.pem`. */
  z.strictObject({ kind: z.literal('emergency'), cluster, crl: z.string().min(1).optional() }),
  z.strictObject({ kind: z.literal('restore'), cluster, backup: z.string().min(1) }),
  z.strictObject({ kind: z.literal('adopt'), cluster }),
  z.strictObject({ kind: z.literal('releaseHold'), cluster }),
]);
export type Goal = z.infer<typeof Goal>;
export type GoalKind = Goal['kind'];

/** The state of an object that a write rests on; null: it must not be there. */
export type Expected = { readonly uid: string; readonly resourceVersion: string } | null;

interface InCluster {
  readonly cluster: string;
}

/**
 * One write, whole in itself: after each of them a process may end. Each is idempotent or carries what it rests on, so that a late or repeated one is refused
 * by the API server.
 */
export type Step =
  /** Copies the present `cacerts` into a Secret of its own. */
  | (InCluster & { readonly kind: 'backup'; readonly contentId: string; readonly expects: Expected; readonly takenFor: string })
  /** Assembles the four files from a source, which is read again, and writes them. */
  | (InCluster & {
      readonly kind: 'write';
      readonly source: { readonly namespace: string; readonly name: string; readonly uid: string; readonly resourceVersion: string };
      /** Of the intermediate that the source holds. */
      readonly fingerprint: string;
      /** `keep`: the bytes of `root-cert.pem` as they are. Else fingerprints, in the order in which they are written; one may stand twice. */
      readonly roots: 'keep' | readonly string[];
      readonly expects: Expected;
      /** Takes over data that somebody else owns: only ever after `adopt` was approved. */
      readonly takeOver: boolean;
      /** Fingerprints that count as stolen from now on. */
      readonly revoke?: readonly string[];
      /** Name of the ConfigMap with the list of revoked certificates to put beside them. */
      readonly crl?: string;
    })
  /** Writes only another set of roots; certificate, key and chain stay byte for byte. */
  | (InCluster & { readonly kind: 'writeRoots'; readonly roots: readonly string[]; readonly expects: Expected })
  /** Makes the kubelet project the Secret now: an annotation on each pod. */
  | (InCluster & { readonly kind: 'nudge'; readonly pods: readonly string[]; readonly contentId: string })
  /** Notes that every istiod serves the present data. */
  | (InCluster & {
      readonly kind: 'markProved';
      readonly contentId: string;
      readonly expects: Expected;
      readonly rootsSince: number;
      readonly signerSince: number;
    })
  /** Puts a backup back, byte for byte, and places a hold in the same write where one is wanted. */
  | (InCluster & {
      readonly kind: 'restore';
      readonly backup: string;
      readonly contentId: string;
      readonly expects: Expected;
      readonly hold: { readonly fingerprint: string; readonly why: string } | undefined;
    })
  | (InCluster & { readonly kind: 'hold'; readonly fingerprint: string; readonly why: string; readonly expects: Expected })
  | (InCluster & { readonly kind: 'releaseHold'; readonly expects: Expected })
  | (InCluster & { readonly kind: 'archiveBackup' | 'deleteBackup'; readonly backup: string; readonly expects: Expected })
  /** Rolls istiod. Never while the API server of another cluster is away. */
  | (InCluster & { readonly kind: 'restart'; readonly revision: string; readonly why: string })
  /** Asks cert-manager for a new certificate now, as cmctl does. */
  | {
      readonly kind: 'renew';
      readonly certificate: { readonly namespace: string; readonly name: string };
      readonly expects: Expected;
      readonly revision: number | undefined;
    }
  | { readonly kind: 'createRoot' | 'createIssuer'; readonly generation: Generation }
  | { readonly kind: 'createIntermediate'; readonly cluster: string; readonly generation: Generation }
  /** Takes Certificates and issuers of a generation away; Secrets of roots stay, for they are not ours to read or delete. */
  | { readonly kind: 'retire'; readonly generation: Generation }
  | { readonly kind: 'closeIntent'; readonly expects: Expected; readonly outcome: 'done' | 'aborted' };

export type StepKind = Step['kind'];

/** One line of a plan as a person reads it before they approve. */
export interface PlannedStep {
  /** Stable within the plan, such as `write:cluster-b`. */
  readonly key: string;
  /** One short line: `write cacerts in cluster-b, nudge 2 istiods`. */
  readonly title: string;
  /** What it can do to the mesh, one short sentence; undefined: nothing. */
  readonly risk: string | undefined;
  /** How long it waits at least, in milliseconds, where that is known. */
  readonly waitsMs: number | undefined;
  /** It is over; `now`: under way. Position is read off the certificates. */
  readonly state: 'todo' | 'now' | 'done';
}

/** A whole change, for approval. */
export interface ChangePlan {
  readonly goal: Goal;
  /** `Rotate the intermediate of cluster-b`. */
  readonly title: string;
  /** What is so now, and what will be so, one short line each. */
  readonly now: readonly string[];
  readonly then: readonly string[];
  readonly steps: readonly PlannedStep[];
  /** What is not touched, how it is undone, what cannot be undone. */
  readonly remarks: readonly string[];
  /** Margins that are given up, one sentence each: each is approved by approving the plan. */
  readonly waived: readonly string[];
  /** Over the steps and the uids, resourceVersions and fingerprints that they rest on; no clock in it. 64 hex digits. */
  readonly hash: string;
}

/** What a planner answers. */
export type Planned =
  | { readonly kind: 'plan'; readonly plan: ChangePlan }
  /** It is so already: nothing to do. */
  | { readonly kind: 'nothing'; readonly says: readonly string[] }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/** What is to be done now, as one look at the clusters says. */
export type Decision =
  | { readonly kind: 'step'; readonly step: Step; readonly says: string }
  /**
   * Nothing to do but wait. `until`: not before that instant, in UTC milliseconds (undefined: for something to be seen). `deadline`: what is waited for has failed
   * when it is not so by then, and the next decision will say what follows.
   */
  | { readonly kind: 'wait'; readonly says: string; readonly until: number | undefined; readonly deadline: number | undefined }
  /** A person has to agree first: `question` is one of {@link Intent.agreed}. */
  | { readonly kind: 'ask'; readonly question: string; readonly says: string }
  /** Cannot go on, and a look later may say otherwise. Nothing was changed by saying so. */
  | { readonly kind: 'stuck'; readonly findings: readonly Finding[] }
  /** The clusters are as wanted. `says`: what is so now, one short line each. `findings`: what was skipped and will be caught up. */
  | { readonly kind: 'done'; readonly says: readonly string[]; readonly findings: readonly Finding[] };

/** A way to a goal. Pure: the same state, the same answer. */
export interface Planner<G extends Goal = Goal> {
  /** The whole change, before anybody approved it. */
  plan(goal: G, state: CaState, now: number): Planned;
  /** What to do now. For every goal but `distribute` the state holds the intent. */
  decide(goal: G, state: CaState, now: number): Decision;
  /** The steps of the plan with how far they are. */
  progress(goal: G, state: CaState, now: number): readonly PlannedStep[];
}
