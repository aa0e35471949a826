import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperatorError } from '../../../src/core/errors.ts';
import type { Expected, Step } from '../../../src/rotation/goal.ts';
import type { CacertsObject, CaSource, RootGeneration } from '../../../src/rotation/model.ts';
import { NEVER, rejectionOf } from '../lab.ts';
import { found, OTHER, SIGNER, startAuthority, type AuthorityBench } from './bench.ts';

const SECOND_GENERATION: readonly Step[] = [
  { kind: 'createRoot', generation: 2 },
  { kind: 'createIssuer', generation: 2 },
  { kind: 'createIntermediate', cluster: SIGNER, generation: 2 },
  { kind: 'createIntermediate', cluster: OTHER, generation: 2 },
];

describe('src/k8s/ca/steps: another root', () => {
  let bench: AuthorityBench;
  beforeEach(async () => {
    bench = await startAuthority({ multiRoot: true });
  });
  afterEach(() => bench.stop());

  const carry = (step: Step): Promise<void> => bench.port.carryOut(step, NEVER);

  async function cacerts(): Promise<CacertsObject> {
    const { cacerts: seen } = await bench.cluster(OTHER);
    return found(seen.ok ? seen.value : undefined);
  }

  function expects({ uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string }): Expected {
    return { uid, resourceVersion };
  }

  async function makeSecond(): Promise<void> {
    for (const step of SECOND_GENERATION) await carry(step);
  }

  async function generation(number: number): Promise<RootGeneration | undefined> {
    const { signer } = await bench.look();
    return signer.ok ? signer.value.generations.find((one) => one.generation === number) : undefined;
  }

  /** The root that a source hands out, by fingerprint. */
  function rootOf({ secret }: CaSource): string {
    const assembly = secret.ok ? secret.value?.assembly : undefined;
    return found(assembly?.ok === true ? assembly.path.at(-1)?.fingerprint : undefined);
  }

  async function roots(): Promise<readonly [string, string]> {
    return [rootOf(await bench.source(OTHER)), rootOf(await bench.source(OTHER, 2))];
  }

  it('is made by cert-manager from what was asked for: a root, its issuer, an intermediate of it for each cluster', async () => {
    await makeSecond();
    const second = found(await generation(2));
    const ready = [second.certificate, second.issuer].map((one) => one?.conditions.find(({ type }) => type === 'Ready')?.status);
    expect([...ready, second.issuer?.type]).toEqual(['True', 'True', 'ca']);
    const [first, next] = await roots();
    expect(next).not.toBe(first);
    for (const cluster of [SIGNER, OTHER]) {
      const { certificate, secret } = await bench.source(cluster, 2);
      expect(certificate).toMatchObject({ name: `istio-ica-${cluster}-g2`, revision: 1 });
      expect(secret).toMatchObject({ ok: true, value: { name: `istio-ica-${cluster}-g2`, assembly: { ok: true } } });
    }
    const again = await Promise.all(SECOND_GENERATION.map(carry)).then(roots);
    expect(again).toEqual([first, next]);
  });

  it('is trusted beside the first, then alone; certificate, key and chain stay byte for byte, and one root may stand twice', async () => {
    await makeSecond();
    const [first, second] = await roots();
    const before = await cacerts();
    const proof = { contentId: before.contentId, rootsSince: 1_000, signerSince: 2_000 };
    await carry({ kind: 'markProved', cluster: OTHER, expects: expects(before), ...proof });
    const write = async (wanted: readonly string[]): Promise<CacertsObject> => {
      await carry({ kind: 'writeRoots', cluster: OTHER, roots: wanted, expects: expects(await cacerts()) });
      return cacerts();
    };
    const both = await write([first, second]);
    expect(both.facts.roots.map(({ fingerprint }) => fingerprint)).toEqual([first, second]);
    expect(both.facts.signing).toEqual(before.facts.signing);
    expect(both.facts.chain).toEqual(before.facts.chain);
    expect(both.facts.key).toEqual(before.facts.key);
    // The wait for new roots begins anew, that for the signer goes on.
    expect(both.record).toMatchObject({ rootsSince: undefined, signerSince: 2_000, writtenAt: expect.any(Number) });

    const doubled = await write([first, second, second]);
    expect(doubled.facts.roots.map(({ fingerprint }) => fingerprint)).toEqual([first, second, second]);
    expect(doubled.contentId).not.toBe(both.contentId);
    expect((await write([first, second, second])).resourceVersion).toBe(doubled.resourceVersion);

    const alone = await write([first]);
    expect([alone.contentId, alone.record.proved]).toEqual([before.contentId, undefined]);
  });

  it('reaches what istiod publishes', async () => {
    await makeSecond();
    const wanted = await roots();
    await carry({ kind: 'writeRoots', cluster: OTHER, roots: wanted, expects: expects(await cacerts()) });
    const { istiods } = await bench.cluster(OTHER);
    const pods = istiods.ok ? istiods.value.map(({ name }) => name) : [];
    await carry({ kind: 'nudge', cluster: OTHER, pods, contentId: (await cacerts()).contentId });
    await bench.mesh.member(OTHER).istiod.settled();
    const { published } = await bench.cluster(OTHER);
    const bundles = published.ok ? published.value.map(({ certificates }) => certificates.map(({ fingerprint }) => fingerprint)) : [];
    expect(bundles).toEqual([wanted]);
  });

  it('is not written where it is not known, is not what the intermediate hangs from, or the state is another one', async () => {
    await makeSecond();
    const [first, second] = await roots();
    const before = await cacerts();
    const step: Step = { kind: 'writeRoots', cluster: OTHER, roots: [first, second], expects: expects(before) };
    const refused = async (changed: Partial<Extract<Step, { kind: 'writeRoots' }>>): Promise<OperatorError> =>
      (await rejectionOf(carry({ ...step, ...changed }))) as OperatorError;
    expect(await refused({ roots: [first, 'AB:CD'] })).toMatchObject({ reason: 'conflict', why: expect.stringContaining('AB:CD') });
    expect(await refused({ roots: [second] })).toMatchObject({
      reason: 'conflict',
      why: 'CN=istio-root is self-signed and not among the roots.',
    });
    expect(await refused({ expects: { uid: before.uid, resourceVersion: '1' } })).toMatchObject({ reason: 'conflict' });
    expect((await cacerts()).resourceVersion).toBe(before.resourceVersion);
  });

  it('is retired with its issuer and its intermediates; the Secrets stay, and the first generation is as it was', async () => {
    await makeSecond();
    const kept = bench.object(SIGNER, 'Secret', 'cert-manager', 'istio-root-g2');
    const first = await bench.source(OTHER);
    await carry({ kind: 'retire', generation: 2 });
    expect(await generation(2)).toBeUndefined();
    const names = (kind: string): readonly (string | undefined)[] =>
      bench.mesh.signer.api.store.list(kind).map(({ metadata }) => metadata.name);
    expect([...names('Certificate'), ...names('ClusterIssuer')].filter((name) => name?.endsWith('-g2'))).toEqual([]);
    expect(bench.object(SIGNER, 'Secret', 'cert-manager', 'istio-root-g2')).toEqual(kept);
    expect(await bench.source(OTHER)).toEqual(first);
  });

  it('cannot be made for a cluster without an intermediate', async () => {
    expect(await rejectionOf(carry({ kind: 'createIntermediate', cluster: 'nowhere', generation: 2 }))).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('nowhere'),
    });
  });
});

describe('src/k8s/ca/steps/istiod.ts: restart', () => {
  let bench: AuthorityBench;
  beforeEach(async () => {
    bench = await startAuthority();
  });
  afterEach(() => bench.stop());

  it('puts new pods in the place of the old ones, and they serve what the Secret holds; the other cluster is left alone', async () => {
    const pods = async (name: string) => {
      const { clusters } = await bench.look('all');
      const istiods = clusters.find(({ identity }) => identity.name === name)?.istiods;
      return found(istiods?.ok === true ? istiods.value : undefined).map(({ uid, ready, served }) => ({
        uid,
        ready,
        chain: served?.ok === true ? served.value.certificates.map(({ commonName }) => commonName) : served,
      }));
    };
    const [before, elsewhere] = await Promise.all([pods(OTHER), pods(SIGNER)]);
    await bench.port.carryOut({ kind: 'restart', cluster: OTHER, revision: 'default', why: 'it does not see the Secret' }, NEVER);
    await bench.mesh.member(OTHER).istiod.settled();
    const after = await pods(OTHER);
    expect(after).toEqual([{ uid: expect.any(String), ready: true, chain: [undefined, `istio-ica-${OTHER}`, 'istio-root'] }]);
    expect(after[0]?.uid).not.toBe(before[0]?.uid);
    expect(await pods(SIGNER)).toEqual(elsewhere);
    const { metadata } = templateOf(bench.object(OTHER, 'Deployment', 'istio-system', 'istiod'));
    expect(Date.parse(found(metadata.annotations?.['meshwarden.dev/restarted-at']))).toBeGreaterThan(0);
  });

  it('is not begun while one is under way', async () => {
    const step: Step = { kind: 'restart', cluster: OTHER, revision: 'default', why: 'it does not see the Secret' };
    const { store } = bench.mesh.member(OTHER).api;
    bench.mesh.member(OTHER).istiod.stop();
    store.patch('Deployment', 'istio-system', 'istiod', { spec: { template: { metadata: { annotations: { by: 'somebody' } } } } });
    expect(await rejectionOf(bench.port.carryOut(step, NEVER))).toMatchObject({
      reason: 'conflict',
      what: 'Cannot go on with the Deployment istiod',
      where: `cluster ${OTHER}`,
      why: 'it is being rolled out already',
    });
  });
});

interface Template {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

function templateOf(deployment: unknown): Template {
  return (deployment as { readonly spec: { readonly template: Template } }).spec.template;
}
