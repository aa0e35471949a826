/**
 * The certificate authority as a planner sees it at one instant: what lies in the clusters, what every istiod serves, what was asked for. Pure data, and
 * no private key: of a key only the fingerprint of its public half is here.
 */
import type { CacertsFacts } from '../pki/cacerts.ts';
import type { AssemblyFault } from '../pki/assemble-cacerts.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { ApiFacts, ClusterIdentity, IssuerFacts, ManagedCertificate, Observed } from '../mesh/model.ts';
import type { Goal } from './goal.ts';

/** Generations count from 1, which is the authority as the configuration names it; objects of a later one carry `-g<n>` after their name. */
export type Generation = number;

/** What we wrote beside the data of a `cacerts`, as annotations. Undefined: never written by us, or taken away. */
export interface CacertsRecord {
  /** Fingerprint of the intermediate that was written last. */
  readonly source: string | undefined;
  /** When the data were last written, in UTC milliseconds. */
  readonly writtenAt: number | undefined;
  /** {@link CacertsObject.contentId} that was proved on every istiod, and when. */
  readonly proved: { readonly contentId: string; readonly at: number } | undefined;
  /** Since when the present set of roots is proved, in UTC milliseconds: a wait for the longest leaf life counts from here. */
  readonly rootsSince: number | undefined;
  /** The same for the present signing certificate. */
  readonly signerSince: number | undefined;
  /** This source must not be published until an operator says so or another one comes. */
  readonly hold: Hold | undefined;
  /** Fingerprints of intermediates whose keys count as stolen: they are never published nor restored again. */
  readonly revoked: readonly string[];
}

export interface Hold {
  /** Fingerprint of the refused intermediate. */
  readonly fingerprint: string;
  /** One sentence. */
  readonly why: string;
  readonly at: number;
}

/** Who writes to an object, from its managed fields and annotations. */
export interface Ownership {
  /** `meshwarden`: ours. `kubectl`, `gitops` (Argo CD, Flux), `istiod` (its own self-signed CA), `other`. Nobody known: `other` with an empty manager. */
  readonly kind: 'meshwarden' | 'kubectl' | 'gitops' | 'istiod' | 'other';
  /** Names of the field managers that own data, ours left out. */
  readonly managers: readonly string[];
  /** What a GitOps tool calls the thing that it will take back, where it says so. */
  readonly application: string | undefined;
}

/** The Secret `cacerts` of a cluster. */
export interface CacertsObject {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly createdAt: number;
  readonly immutable: boolean;
  readonly facts: CacertsFacts;
  /** SHA-256 over names and bytes of its data, the private key replaced by the fingerprint of its public half: equal content, equal id. */
  readonly contentId: string;
  readonly ownership: Ownership;
  readonly record: CacertsRecord;
  /** The private key stands once more in `kubectl.kubernetes.io/last-applied-configuration`. */
  readonly keyInAnnotation: boolean;
}

/** Flags of istiod that decide what it does with a change; read from its environment, defaults filled in. */
export interface IstiodFlags {
  /** ISTIO_MULTIROOT_MESH. */
  readonly multiRoot: boolean;
  /** USE_CACERTS_FOR_SELF_SIGNED_CA. */
  readonly cacertsForSelfSigned: boolean;
  /** PROXY_CONFIG_XDS_AGENT in `meshConfig.defaultConfig.proxyMetadata`: bundles are pushed to proxies at once. */
  readonly xdsAgent: boolean;
}

/** What one istiod presents on 15012. */
export interface ServedChain {
  /** As sent, the leaf first. */
  readonly certificates: readonly Certificate[];
  /** A test request was signed and its answer looked at: certificates leaf first, then the roots it handed out. Absent: not asked. */
  readonly signed?: { readonly chain: readonly Certificate[]; readonly roots: readonly Certificate[] };
}

export interface IstiodPod {
  readonly name: string;
  readonly uid: string;
  readonly revision: string;
  readonly ready: boolean;
  /** When its container started, in UTC milliseconds; undefined while it does not run. */
  readonly startedAt: number | undefined;
  /** How often its container ended, and the last words of why (`Error`, exit code), where it did. */
  readonly restarts: number;
  readonly lastExit: string | undefined;
  /** From the image tag. */
  readonly version: string | undefined;
  readonly flags: IstiodFlags;
  /** Content id that its projection was last nudged for. */
  readonly nudged: string | undefined;
  /** Undefined: not probed in this look. */
  readonly served: Observed<ServedChain> | undefined;
}

/** A copy of a `cacerts`, kept in its cluster. */
export interface Backup {
  /** `cacerts-backup-<first 10 of the content id>`. */
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly contentId: string;
  readonly facts: CacertsFacts;
  readonly takenAt: number;
  /** The id of the change before which it was taken, or `distribute`. */
  readonly takenFor: string;
  /** Set when nothing that was signed under it can live any more. */
  readonly archivedAt: number | undefined;
}

export interface CaCluster {
  readonly identity: ClusterIdentity;
  readonly api: Observed<ApiFacts>;
  /** How far its clock may be from ours, in milliseconds, error of measurement included. */
  readonly skewMs: Observed<number>;
  /** Null: there is none. */
  readonly cacerts: Observed<CacertsObject | null>;
  readonly istiods: Observed<readonly IstiodPod[]>;
  /** Certificates of `istio-ca-root-cert` in every namespace that has one, each distinct bundle once. */
  readonly published: Observed<readonly { readonly certificates: readonly Certificate[]; readonly namespaces: number }[]>;
  readonly backups: Observed<readonly Backup[]>;
  /** How many proxies present the present intermediate, of those that were asked; undefined: none were asked. */
  readonly proxies: { readonly renewed: number; readonly asked: number; readonly all: number } | undefined;
}

/** What cert-manager keeps for the intermediate of a cluster. The key is reduced to its public half. */
export interface SourceSecret {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly assembly:
    | {
        readonly ok: true;
        readonly signing: Certificate;
        /** From the signing certificate to its root. */
        readonly path: readonly Certificate[];
        readonly roots: readonly Certificate[];
        /** What the four files would hold, roots of its own alone. */
        readonly facts: CacertsFacts;
      }
    | { readonly ok: false; readonly faults: readonly AssemblyFault[] };
}

export interface CaSource {
  readonly cluster: string;
  readonly generation: Generation;
  /** `namespace/name` of the Certificate, whether or not it is there. */
  readonly object: { readonly namespace: string; readonly name: string };
  readonly certificate: (ManagedCertificate & { readonly uid: string; readonly resourceVersion: string }) | null;
  readonly secret: Observed<SourceSecret | null>;
}

/** One generation of root and issuer in the signer cluster. */
export interface RootGeneration {
  readonly generation: Generation;
  readonly root: { readonly namespace: string; readonly name: string };
  /** Null: no such Certificate. Its Secret is never read. */
  readonly certificate: ManagedCertificate | null;
  readonly issuerName: string;
  readonly issuer: IssuerFacts | null;
}

export interface SignerState {
  /** cert-manager is there and its controller is available. */
  readonly available: boolean;
  readonly generations: readonly RootGeneration[];
  /** Every cluster times every generation that is there. */
  readonly sources: readonly CaSource[];
}

/** Who approved what, when. */
export interface Approved {
  readonly user: string;
  readonly at: number;
}

/**
 * What was asked for and is under way: a small object in the signer cluster. It holds the direction; how far it is, is read off the certificates. Without
 * it no step of a rotation is taken.
 */
export interface Intent {
  /** The id of the plan, 4 to 12 characters of `a-z2-7`. */
  readonly id: string;
  readonly goal: Goal;
  readonly planHash: string;
  readonly direction: 'forward' | 'back';
  readonly paused: boolean;
  /** Nothing is done before, in UTC milliseconds: a lone owner may cancel until then. */
  readonly startsAt: number;
  readonly createdAt: number;
  readonly by: string;
  readonly approvedBy: readonly Approved[];
  /** What it set out from: what cannot be read off the certificates later. */
  readonly baseline: Baseline;
  /** The message that shows how it goes. */
  readonly shownIn: { readonly channel: string; readonly message: string } | undefined;
  /** A person agreed at a question on the way, such as `retire` or `restart:cluster-b`. */
  readonly agreed: readonly string[];
}

export interface Baseline {
  /** By cluster: the fingerprint that it signed with. */
  readonly signers: Readonly<Record<string, string>>;
  /** By cluster: the content id of its `cacerts`; empty text where there was none. */
  readonly contents: Readonly<Record<string, string>>;
  /** `status.revision` of the Certificate that is renewed, before it was. */
  readonly revision: number | undefined;
  /** Fingerprints of the roots that were trusted. */
  readonly roots: readonly string[];
  /** The generation that signs at the beginning. */
  readonly generation: Generation;
  /** The longest life that a workload certificate may have, in milliseconds. */
  readonly leafLifeMs: number;
}

export interface IntentObject {
  readonly resourceVersion: string;
  readonly uid: string;
  readonly intent: Intent;
}

/** What the operator settled. */
export interface CaPolicy {
  /** SHA-256 of the root, upper-case with colons; undefined: not pinned, and nothing is written for the first time. */
  readonly pinnedRoot: string | undefined;
  /** The longest life of a workload certificate, in milliseconds: 24 hours unless istiod or proxies are told otherwise. */
  readonly leafLifeMs: number;
  /** How long istiod may take to serve what was written, in milliseconds. */
  readonly proofWithinMs: number;
  /** `renewBefore` of an intermediate, as far as its Certificate does not say, in milliseconds. */
  readonly renewBeforeMs: number;
}

export interface CaState {
  /** When the look ended, in UTC milliseconds. */
  readonly at: number;
  readonly policy: CaPolicy;
  readonly clusters: readonly CaCluster[];
  /** Null: nothing is under way. */
  readonly intent: Observed<IntentObject | null>;
  readonly signer: Observed<SignerState>;
}
