import type { Certificate } from '../../../src/pki/certificate.ts';
import type { CaSource, RootGeneration, SignerState } from '../../../src/rotation/model.ts';
import type { ManagedCertificate } from '../../../src/mesh/model.ts';
import { DAY } from '../../pki/issue.ts';
import { cacertsFacts, type Pool, type Signer } from './pool.ts';

const ISSUE = 5_000;
const LIFE = 180 * DAY;
const RENEW_BEFORE = 60 * DAY;

interface Issued {
  readonly from: number;
  readonly renewal: number;
}

interface Source {
  revision: number;
  certificateVersion: number;
  secretVersion: number;
  issued: Issued | undefined;
  /** When what was asked for will be there. */
  issuesAt: number | undefined;
}

interface Generation {
  rootFrom: number;
  root: boolean;
  issuer: boolean;
}

/** cert-manager in the signer cluster: generations, and an intermediate for each cluster. */
export class Authority {
  readonly #pool: Pool;
  readonly #clusters: readonly string[];
  readonly #generations = new Map<number, Generation>();
  readonly #sources = new Map<string, Source>();
  readonly #dated = new Map<string, Certificate>();
  version = 100;

  constructor(pool: Pool, clusters: readonly string[], now: number) {
    this.#pool = pool;
    this.#clusters = clusters;
    this.#generations.set(1, { rootFrom: now - 30 * DAY, root: true, issuer: true });
    for (const cluster of clusters) {
      const source = this.createIntermediate(cluster, 1, now);
      source.issued = { from: now - 10 * DAY, renewal: 0 };
      source.issuesAt = undefined;
      source.revision = 1;
    }
  }

  root(generation: number): Certificate {
    const from = this.#generations.get(generation)?.rootFrom ?? 0;
    return this.#date(this.#pool.root(generation), from, from + 3650 * DAY);
  }

  signer(cluster: string, generation: number): Signer | undefined {
    const issued = this.#sources.get(`${cluster}/${generation}`)?.issued;
    if (issued === undefined) return undefined;
    const { signing, leaf } = this.#pool.signer(generation, cluster, issued.renewal);
    const until = issued.from + LIFE;
    return { signing: this.#date(signing, issued.from, until), leaf: this.#date(leaf, issued.from, until) };
  }

  /** The serving certificate below an intermediate. */
  leafOf(signing: Certificate): Certificate {
    for (const cluster of this.#clusters) {
      for (const generation of [1, 2]) {
        for (const renewal of [0, 1, 2, 3]) {
          const one = this.#pool.signer(generation, cluster, renewal);
          if (one.signing.fingerprint === signing.fingerprint) return this.#date(one.leaf, signing.notBefore, signing.notAfter);
        }
      }
    }
    throw new Error('nobody made this intermediate');
  }

  createRoot(generation: number, now: number): void {
    const present = this.#generations.get(generation);
    // Its Secret outlived the Certificate, which takes it over again.
    this.#generations.set(generation, { rootFrom: present?.rootFrom ?? now, root: true, issuer: present?.issuer ?? false });
  }

  createIssuer(generation: number): void {
    const present = this.#generations.get(generation);
    if (present !== undefined) present.issuer = true;
  }

  createIntermediate(cluster: string, generation: number, now: number): Source {
    const key = `${cluster}/${generation}`;
    const present = this.#sources.get(key);
    if (present !== undefined && present.certificateVersion > 0) return present;
    this.version += 2;
    const issued = present?.issued;
    const source: Source = {
      revision: 0,
      certificateVersion: this.version,
      secretVersion: this.version + 1,
      issued,
      issuesAt: now + ISSUE,
    };
    this.#sources.set(key, source);
    return source;
  }

  /** By a person, by time, or by a plan. */
  renew(cluster: string, generation: number, now: number): void {
    const source = this.#sources.get(`${cluster}/${generation}`);
    if (source === undefined || source.certificateVersion === 0) return;
    this.version += 1;
    source.certificateVersion = this.version;
    source.issuesAt ??= now + ISSUE;
  }

  certificateVersion(name: string): number | undefined {
    return [...this.#sources].find(([key]) => nameOf(key) === name)?.[1].certificateVersion;
  }

  renewByName(name: string, now: number): void {
    const key = [...this.#sources.keys()].find((one) => nameOf(one) === name) ?? '/';
    const [cluster = '', generation] = key.split('/');
    this.renew(cluster, Number(generation), now);
  }

  retire(generation: number): void {
    const present = this.#generations.get(generation);
    if (present !== undefined) Object.assign(present, { root: false, issuer: false });
    for (const cluster of this.#clusters) {
      const source = this.#sources.get(`${cluster}/${generation}`);
      if (source !== undefined) source.certificateVersion = 0;
    }
  }

  nextEvent(): number {
    const due = [...this.#sources.values()].map((source) => Math.min(source.issuesAt ?? Infinity, renewsAt(source)));
    return Math.min(...due);
  }

  happen(now: number): void {
    for (const [key, source] of this.#sources) {
      if (renewsAt(source) <= now) this.#issue(key, source, now);
      if (source.issuesAt !== undefined && source.issuesAt <= now) this.#issue(key, source, now);
    }
  }

  #issue(key: string, source: Source, now: number): void {
    source.issuesAt = undefined;
    if (source.certificateVersion === 0) return;
    const generation = this.#generations.get(Number(key.split('/')[1]));
    if (generation?.issuer !== true || !generation.root) {
      source.issuesAt = now + ISSUE;
      return;
    }
    this.version += 2;
    // An empty Certificate over a Secret that fits takes it over.
    if (source.revision > 0 || source.issued === undefined) {
      source.issued = { from: now, renewal: source.issued === undefined ? 0 : source.issued.renewal + 1 };
    }
    source.revision += 1;
    source.certificateVersion = this.version;
    source.secretVersion = this.version + 1;
  }

  state(): SignerState {
    const generations = [...this.#generations].map(([generation, { root, issuer }]): RootGeneration => {
      const name = generation === 1 ? 'istio-root' : `istio-root-g${generation}`;
      return {
        generation,
        root: { namespace: 'cert-manager', name },
        certificate: root ? managed('cert-manager', name, 1) : null,
        issuerName: name,
        issuer: issuer ? { kind: 'ClusterIssuer', namespace: undefined, name, type: 'ca', secretName: name, conditions: [] } : null,
      };
    });
    const sources = generations.flatMap(({ generation }) => this.#clusters.map((cluster) => this.#source(cluster, generation)));
    return { available: true, generations, sources };
  }

  #source(cluster: string, generation: number): CaSource {
    const key = `${cluster}/${generation}`;
    const source = this.#sources.get(key);
    const name = nameOf(key);
    const object = { namespace: 'istio-ca', name };
    if (source === undefined || source.certificateVersion === 0) {
      return { cluster, generation, object, certificate: null, secret: { ok: true, value: null } };
    }
    const { revision, certificateVersion, secretVersion, issued, issuesAt } = source;
    const signer = this.signer(cluster, generation);
    const root = this.root(generation);
    const certificate = {
      ...managed('istio-ca', name, revision),
      uid: `uid-${name}`,
      resourceVersion: String(certificateVersion),
      ...(issuesAt === undefined ? {} : { conditions: [condition('Ready', revision > 0), condition('Issuing', true)] }),
    };
    if (signer === undefined || issued === undefined)
      return { cluster, generation, object, certificate, secret: { ok: true, value: null } };
    const { signing } = signer;
    const facts = cacertsFacts(signing, root, [root]);
    const assembly = { ok: true, signing, path: [signing, root], roots: [root], facts } as const;
    const secret = { namespace: 'istio-ca', name, uid: `secret-${name}`, resourceVersion: String(secretVersion), assembly };
    return { cluster, generation, object, certificate, secret: { ok: true, value: secret } };
  }

  /** The same certificate with other dates; one object for each, so that equal ones are cheap to compare. */
  #date(certificate: Certificate, notBefore: number, notAfter: number): Certificate {
    const key = `${certificate.fingerprint} ${notBefore}`;
    const known = this.#dated.get(key) ?? { ...certificate, notBefore, notAfter };
    this.#dated.set(key, known);
    return known;
  }
}

function renewsAt({ issued, certificateVersion, issuesAt }: Source): number {
  return issued === undefined || certificateVersion === 0 || issuesAt !== undefined ? Infinity : issued.from + LIFE - RENEW_BEFORE;
}

function nameOf(key: string): string {
  const [cluster, generation] = key.split('/');
  return `istio-ica-${cluster}${generation === '1' ? '' : `-g${generation}`}`;
}

function condition(type: string, isTrue: boolean): ManagedCertificate['conditions'][number] {
  const status = isTrue ? 'True' : 'False';
  return { type, status, reason: undefined, message: undefined, observedGeneration: 1, lastTransition: undefined };
}

function managed(namespace: string, name: string, revision: number): ManagedCertificate {
  return {
    namespace,
    name,
    secretName: name,
    generation: 1,
    spec: {
      isCa: true,
      commonName: name,
      duration: undefined,
      renewBefore: undefined,
      rotationPolicy: 'Always',
      renewalDisabled: false,
      issuer: { name: 'istio-root', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    },
    conditions: [condition('Ready', revision > 0)],
    revision,
    notBefore: undefined,
    notAfter: undefined,
    renewalTime: undefined,
    lastFailureTime: undefined,
    failedAttempts: undefined,
  };
}
