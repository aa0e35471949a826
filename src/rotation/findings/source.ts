/** Why what cert-manager issued is not published: what is wrong with it. Each reason has a code of its own. */
import type { Finding } from '../../mesh/finding.ts';
import { shortFingerprint, utc } from '../../mesh/wording.ts';
import type { AssemblyFaultCode } from '../../pki/assemble-cacerts.ts';
import type { CacertsFaultCode } from '../../pki/cross-check-cacerts.ts';
import { cacertsOf, signingOf } from '../look.ts';
import type { CaCluster, CaSource, CaState } from '../model.ts';
import { clusterFinding, inSigner, type Refusal } from './finding.ts';

interface Told extends Pick<Refusal, 'code' | 'hint'> {
  /** After `Not published: the new certificate of <cluster>`. */
  readonly says: string;
}

const RENEW = '`/mesh rotate-ca scope:intermediate` has it issued anew.';
const UNREADABLE: Told = {
  code: 'ca-source-unreadable',
  says: 'cannot be read',
  hint: `Somebody wrote into the Secret that cert-manager keeps: find out who. ${RENEW}`,
};
const UNTRUSTED: Told = {
  code: 'ca-source-untrusted',
  says: 'does not verify',
  hint: 'Let its Certificate name the ca issuer of the mesh root, and see that the Secret of that issuer holds a certificate and its own key.',
};
const EXPIRED: Told = { code: 'ca-source-expired', says: 'is at its end', hint: `See why cert-manager did not renew it. ${RENEW}` };
const NOT_A_CA: Told = {
  code: 'ca-source-not-a-ca',
  says: 'may not sign certificates',
  hint: 'Set isCA: true in its Certificate and leave usages out; cert-manager then issues again by itself.',
};
const USAGE: Told = {
  code: 'ca-source-usage',
  says: 'is limited to other uses',
  hint: 'Leave usages out of its Certificate; cert-manager then issues again by itself.',
};
const CHAIN: Told = {
  code: 'ca-source-chain',
  says: 'comes with a chain that is not its own',
  hint: `Take what is foreign out of tls.crt. ${RENEW}`,
};
const ROOTS: Told = {
  code: 'ca-roots-unfit',
  says: 'would stand beside roots that do not fit together',
  hint: 'An earlier rotation of the root was left half done: `/mesh rotation` shows it. Retire what nothing is signed under.',
};
const KEYS: Told = {
  code: 'ca-source-keys',
  says: 'would stand beside data that do not belong there',
  hint: 'Only the four files belong into cacerts, and a list of revoked certificates.',
};

const TOLD: Partial<Readonly<Record<AssemblyFaultCode | CacertsFaultCode, Told>>> = {
  missing: { code: 'ca-source-incomplete', says: 'lacks a part', hint: `The Secret of its issuer must hold the root. ${RENEW}` },
  'key-mismatch': { code: 'ca-source-key-mismatch', says: 'has a private key that is not its own', hint: UNREADABLE.hint },
  'self-signed': {
    code: 'ca-source-self-signed',
    says: 'is self-signed',
    hint: 'Let its Certificate name the ca issuer of the mesh root instead of the selfSigned one; cert-manager then issues again by itself.',
  },
  'not-a-root': {
    code: 'ca-source-no-root',
    says: 'comes without its root',
    hint: `ca.crt must be the mesh root; cert-manager does not notice when it is not. ${RENEW}`,
  },
  'unknown-issuer': UNTRUSTED,
  'key-id-mismatch': UNTRUSTED,
  'bad-signature': UNTRUSTED,
  'too-many-paths': UNTRUSTED,
  untrusted: UNTRUSTED,
  expired: EXPIRED,
  'untrusted-soon': EXPIRED,
  'not-a-ca': NOT_A_CA,
  'no-cert-sign': NOT_A_CA,
  'path-too-long': {
    code: 'ca-source-path-length',
    says: 'is not allowed under its issuer',
    hint: 'The root limits how many CAs may stand below it: use one without a path length, or with one of at least 1.',
  },
  'usage-not-allowed': USAGE,
  'unknown-critical': USAGE,
  'outlives-issuer': {
    code: 'ca-source-outlives-root',
    says: 'would live longer than the root',
    hint: 'Begin with a new root: `/mesh rotate-ca scope:root`. Until then a shorter duration in its Certificate helps.',
  },
  'short-life': { code: 'ca-source-short-life', says: 'has too little life left', hint: `See why cert-manager did not renew it. ${RENEW}` },
  'key-kind': {
    code: 'ca-source-key-kind',
    says: 'has a key of a kind that is not known to work',
    hint: 'Set privateKey.algorithm ECDSA, size 256 in its Certificate; cert-manager then issues again by itself.',
  },
  'chain-not-first': CHAIN,
  'chain-foreign': CHAIN,
  'chain-duplicate': CHAIN,
  'root-not-a-root': ROOTS,
  'roots-share-a-name': ROOTS,
  'too-many-roots': ROOTS,
  'duplicate-roots': ROOTS,
  'foreign-keys': KEYS,
  empty: KEYS,
  incomplete: KEYS,
};

/** The first fault of a source decides what is said; all of them are facts. */
export function unfitSource(
  cluster: CaCluster,
  source: CaSource,
  faults: readonly { readonly code: AssemblyFaultCode | CacertsFaultCode; readonly text: string }[],
  state: CaState,
): Finding {
  const [first] = faults;
  const { code, says, hint } = (first && TOLD[first.code]) ?? UNREADABLE;
  return clusterFinding(cluster.identity, {
    code,
    title: `Not published: the new certificate of ${cluster.identity.name} ${says}`,
    facts: [...faults.map(({ text }) => text), ...lastGoodFact(cluster)],
    hint,
    commands: commandsOf(source, state),
  });
}

export function sourceMissing(cluster: CaCluster, source: CaSource | undefined, state: CaState): Finding {
  const { name } = cluster.identity;
  const at = source === undefined ? undefined : `${source.object.namespace}/${source.object.name}`;
  const what =
    source?.certificate === null ? `There is no Certificate ${at} in the signer cluster.` : `Its Certificate ${at} has no Secret yet.`;
  return clusterFinding(cluster.identity, {
    code: 'ca-source-missing',
    title: `Nothing to publish: no intermediate was issued for ${name}`,
    facts: [...(at === undefined ? [] : [what]), ...lastGoodFact(cluster)],
    hint: 'The setup makes the Certificate; cert-manager then fills its Secret.',
    commands: source === undefined ? [] : commandsOf(source, state),
  });
}

export function sourceUnseen(cluster: CaCluster, why: string, state: CaState): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-source-unseen',
    title: `Not published: what was issued for ${cluster.identity.name} could not be looked at`,
    facts: [why, ...lastGoodFact(cluster)],
    hint: 'It is tried again by itself; `meshwarden doctor` tries the signer cluster and the rights there.',
    commands: [inSigner(state, 'get certificates --all-namespaces')],
  });
}

/** What the cluster goes on with. */
export function lastGoodFact(cluster: CaCluster): readonly string[] {
  const object = cacertsOf(cluster);
  const signing = object === undefined ? undefined : signingOf(object);
  if (signing === undefined) return [];
  return [`${cluster.identity.name} keeps ${shortFingerprint(signing.fingerprint)}, good until ${utc(signing.notAfter)}.`];
}

function commandsOf({ object: { namespace, name } }: CaSource, state: CaState): readonly string[] {
  return [inSigner(state, `-n ${namespace} describe certificate ${name}`), inSigner(state, `-n ${namespace} describe certificaterequests`)];
}

export const SOURCE_CODES: readonly string[] = [
  ...new Set([UNREADABLE, ...Object.values(TOLD)].map(({ code }) => code)),
  'ca-source-missing',
  'ca-source-unseen',
];
