import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyChain } from '../../src/pki/verify.ts';
import { ask, type Forest, growForest, type Name } from './forest.ts';
import { DAY, issue, NOW, x509 } from './issue.ts';

let forest: Forest;
beforeAll(async () => {
  forest = await growForest();
});

describe('src/pki/verify.ts, for any set of certificates', () => {
  test('neither order nor duplicates decide whether there is a path', () => {
    fc.assert(
      fc.property(questions(), ({ leaf, via, roots, at }) => {
        const forward = ask(forest, { leaf, via, roots, at });
        const backward = ask(forest, { leaf, via: [...via, ...via].toReversed(), roots: [...roots, ...roots].toReversed(), at });
        expect(Array.isArray(backward)).toBe(Array.isArray(forward));
      }),
      { numRuns: 200 },
    );
  });

  test('agrees with a search that uses nothing but @peculiar/x509', async () => {
    const verdicts = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(questions(), async ({ leaf, via, roots, at }) => {
        const expected = await oracle([forest[leaf].native], { intermediates: natives(via), roots: natives(roots), at });
        verdicts.add(expected);
        expect(Array.isArray(ask(forest, { leaf, via, roots, at }))).toBe(expected);
      }),
      { numRuns: 150 },
    );
    expect(verdicts).toEqual(new Set([true, false]));
  });

  test('gives up a set of certificates that was made to be slow', async () => {
    const keys = (await issue({ name: 'key' })).keys;
    const mazes = await Promise.all(Array.from({ length: 14 }, (_, at) => issue({ name: 'maze', keys, notAfter: NOW + at * DAY })));
    const leaf = await issue({ name: 'in', by: mazes[0] ?? forest.root, ca: false, notAfter: NOW + DAY });
    const result = verifyChain({ leaf: leaf.certificate, intermediates: mazes.map(({ certificate }) => certificate), roots: [], at: NOW });
    expect(result.ok || result.fault.code).toBe('too-many-paths');
  });
});

/** Any leaf, most of the others as intermediates, some of the roots, mostly now. */
function questions() {
  const names = Object.keys(forest) as Name[];
  return fc.record({
    leaf: fc.constantFrom(...names),
    via: fc.shuffledSubarray(names, { minLength: 12 }),
    roots: fc.shuffledSubarray(['root', 'other', 'twin', 'renewed', 'expired-root'] as const, { minLength: 1, maxLength: 3 }),
    at: fc.constantFrom(NOW, NOW, NOW, NOW - 5 * DAY, NOW - DAY, NOW + 1000, NOW + 91 * DAY, NOW + 4000 * DAY),
  });
}

function natives(names: readonly Name[]): x509.X509Certificate[] {
  return names.map((name) => forest[name].native);
}

interface Pool {
  readonly intermediates: readonly x509.X509Certificate[];
  readonly roots: readonly x509.X509Certificate[];
  readonly at: number;
}

/** The same question, asked of another library in the plainest way: is there any order of issuers that holds? */
async function oracle(path: readonly x509.X509Certificate[], pool: Pool): Promise<boolean> {
  const last = path.at(-1);
  if (last === undefined || !usable(last, pool.at) || !path.slice(1).every((issuer, index) => maySign(issuer, index))) return false;
  if (pool.roots.some((root) => root.equal(last))) return true;
  for (const issuer of [...pool.roots, ...pool.intermediates]) {
    if (path.some((one) => one.equal(issuer)) || issuer.subject !== last.issuer || !sameKeyId(last, issuer)) continue;
    const signed = await last.verify({ publicKey: await issuer.publicKey.export(), signatureOnly: true });
    if (signed && (await oracle([...path, issuer], pool))) return true;
  }
  return false;
}

function usable(certificate: x509.X509Certificate, at: number): boolean {
  const known = certificate.extensions.every(({ critical, type }) => !critical || type !== '1.2.3.4');
  return known && at >= certificate.notBefore.getTime() && at <= certificate.notAfter.getTime();
}

function maySign(issuer: x509.X509Certificate, below: number): boolean {
  const constraints = issuer.getExtension(x509.BasicConstraintsExtension);
  const usages = issuer.getExtension(x509.KeyUsagesExtension)?.usages ?? x509.KeyUsageFlags.keyCertSign;
  return constraints?.ca === true && (constraints.pathLength ?? Infinity) >= below && (usages & x509.KeyUsageFlags.keyCertSign) !== 0;
}

function sameKeyId(certificate: x509.X509Certificate, issuer: x509.X509Certificate): boolean {
  const asked = certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId;
  return asked === undefined || asked === issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
}
