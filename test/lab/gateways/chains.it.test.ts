import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signing } from '../../../lab/controllers/istiod/authority.ts';
import { type Chains, createChains } from '../../../lab/gateways/chains.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';
import { createStillClock } from '../still-clock.ts';

describe('certificates that workloads of the lab show', () => {
  let mesh: LabMesh;
  beforeAll(async () => {
    mesh = await buildMesh({ clock: createStillClock() });
  });
  afterAll(() => mesh.stop());

  function signing(): Signing {
    const found = mesh.members[0]?.istiod.instances[0]?.authority?.signing;
    if (found === undefined) throw new Error('no istiod signs');
    return found;
  }

  function chainsOf(source: () => Signing | undefined): Chains {
    const { clock, root } = mesh;
    return createChains({ clock, root, spiffe: 'spiffe://cluster.local/ns/a/sa/b', signing: source });
  }

  it('are kept while no istiod runs, and are not there where none ever ran', () => {
    let own: Signing | undefined = signing();
    const chains = chainsOf(() => own);
    const first = chains('mesh');
    own = undefined;

    expect(first?.chain).toHaveLength(3);
    expect([chains('mesh') === first, chains('none'), chainsOf(() => undefined)('mesh')]).toEqual([true, undefined, undefined]);
  });

  it('are others as soon as the roots are', () => {
    let own = signing();
    const chains = chainsOf(() => own);
    const first = chains('mesh');
    own = { ...own, texts: { ...own.texts, roots: `${own.texts.roots}${own.texts.roots}` } };
    const next = chains('mesh');

    expect([first?.roots, next?.roots]).toEqual([signing().texts.roots, own.texts.roots]);
    expect(next?.chain[0]).not.toEqual(first?.chain[0]);
    expect(chains('mesh')).toBe(next);
  });
});
