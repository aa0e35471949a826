import { createHash } from 'node:crypto';
import type { CacertsFacts } from '../../../src/pki/cacerts.ts';
import { CACERTS_KEYS } from '../../../src/pki/cacerts.ts';
import { type Certificate, printCertificates } from '../../../src/pki/certificate.ts';
import { sha256 } from '../../../src/pki/fingerprint.ts';
import { DAY, issue, NOW } from '../../pki/issue.ts';

/** An intermediate and what istiod serves with it. */
export interface Signer {
  readonly signing: Certificate;
  readonly leaf: Certificate;
}

/** Real certificates, made once: a world dates them as it needs them, for signatures do not depend on dates that a reader was told. */
export interface Pool {
  root(generation: number): Certificate;
  signer(generation: number, cluster: string, renewal: number): Signer;
}

export const CLUSTERS = ['cluster-a', 'cluster-b', 'cluster-c'] as const;
const GENERATIONS = 2;
const RENEWALS = 4;

export async function growPool(): Promise<Pool> {
  const wide = { notBefore: NOW - 365 * DAY, notAfter: NOW + 7300 * DAY };
  const roots = new Map<number, Certificate>();
  const signers = new Map<string, Signer>();
  for (let generation = 1; generation <= GENERATIONS; generation += 1) {
    const root = await issue({ name: `mesh root g${generation}`, ...wide });
    roots.set(generation, root.certificate);
    for (const cluster of CLUSTERS) {
      for (let renewal = 0; renewal < RENEWALS; renewal += 1) {
        const by = await issue({ name: `istio-ica-${cluster}-g${generation}`, by: root, ...wide });
        const leaf = await issue({ name: 'istiod', by, ca: false, ...wide });
        signers.set(`${generation}/${cluster}/${renewal}`, { signing: by.certificate, leaf: leaf.certificate });
      }
    }
  }
  return {
    root: (generation) => found(roots.get(generation)),
    signer: (generation, cluster, renewal) => found(signers.get(`${generation}/${cluster}/${renewal % RENEWALS}`)),
  };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the pool holds no such certificate');
  return value;
}

/** What a `cacerts` of these holds. */
export function cacertsFacts(signing: Certificate, root: Certificate, roots: readonly Certificate[]): CacertsFacts {
  return {
    keys: [...CACERTS_KEYS].toSorted(),
    signing: [signing],
    chain: [signing, root],
    roots,
    key: { kind: signing.keyKind, publicKeyFingerprint: signing.publicKeyFingerprint },
    faults: [],
    remarks: [],
    rootBytesSha256: sha256(printCertificates(roots)),
  };
}

export function contentIdOf({ signing, roots }: CacertsFacts): string {
  const names = [...signing, ...roots].map(({ fingerprint }) => fingerprint);
  return createHash('sha256').update(names.join(' ')).digest('hex');
}
