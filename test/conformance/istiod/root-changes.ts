/** The changes of root-cert.pem that were recorded, by their words: the bundle before and the one after. */
import type { Files } from '../../../lab/controllers/istiod/bundle.ts';
import { fourFiles, texts } from './bundles.ts';
import type { NamedCertificates } from './pki.ts';

interface Change {
  readonly before: Files;
  readonly after: Files;
}

const BY_A = 'ica-a1-by-root-a';
const BY_B = 'ica-a1-by-root-b';
type Side = readonly [signer: string, roots: (pki: NamedCertificates) => string];

const roots =
  (...names: string[]) =>
  (pki: NamedCertificates): string =>
    texts(
      pki,
      names.map((name) => `root-${name}`),
    );
const A: Side = [BY_A, roots('a')];
const AB: Side = [BY_A, roots('a', 'b')];
const AB_BY_B: Side = [BY_B, roots('a', 'b')];
const B_BY_B: Side = [BY_B, roots('b')];
const ONE = (change: (a: string) => string): Side => [BY_A, (pki) => change(roots('a')(pki))];
const TWO = (join: (a: string, b: string) => string): Side => [BY_A, (pki) => join(roots('a')(pki), roots('b')(pki))];

const CHANGES: Readonly<Record<string, readonly [Side, Side]>> = {
  'A -> A with one extra newline at the end': [A, ONE((a) => `${a}\n`)],
  'A -> A without the newline at the end': [A, ONE((a) => a.slice(0, -1))],
  'A -> A with CRLF': [A, ONE((a) => a.replaceAll('\n', '\r\n'))],
  'A -> A with a comment line in front': [A, ONE((a) => `# root of generation 1\n${a}`)],
  'A -> A, new intermediate and one extra newline in root-cert.pem': [A, ['ica-a2-by-root-a', (pki) => `${roots('a')(pki)}\n`]],
  'A -> A+A (duplicate)': [A, [BY_A, roots('a', 'a')]],
  'A -> A+B (append), signer still by A': [A, AB],
  'A -> B+A (prepend), signer still by A': [A, [BY_A, roots('b', 'a')]],
  'A -> A+B with a comment line between the blocks': [A, TWO((a, b) => `${a}# root of generation 2\n${b}`)],
  'A -> A+B and signer by B in the same update': [A, AB_BY_B],
  'A -> B with signer by B, at once': [A, B_BY_B],
  'A -> renewed A (same key, same DN, new validity)': [A, [BY_A, roots('a-renewed')]],
  'A -> A + renewed A': [A, [BY_A, roots('a', 'a-renewed')]],
  'A+B -> A+B unchanged, signer from A to B': [AB, AB_BY_B],
  'A+B -> A+B+B (duplicate), signer from A to B': [AB, [BY_B, roots('a', 'b', 'b')]],
  'A+B -> B+A (order swapped), signer by A': [AB, [BY_A, roots('b', 'a')]],
  'A+B (signer B) -> B': [AB_BY_B, B_BY_B],
  'B+A (signer B) -> B': [[BY_B, roots('b', 'a')], B_BY_B],
  'A+B+B (signer B) -> B': [[BY_B, roots('a', 'b', 'b')], B_BY_B],
  'A+B (signer A) -> A (rollback)': [AB, A],
  'A+B (signer A) -> B (signer still A: too early)': [AB, [BY_A, roots('b')]],
  'A+B -> B+C (overlap, no subset)': [AB_BY_B, [BY_B, roots('b', 'c')]],
  'A+B -> A+B with comment lines in front of each block': [AB, TWO((a, b) => `# g1\n${a}# g2\n${b}`)],
  'A+B -> A+B with an empty line between': [AB, TWO((a, b) => `${a}\n${b}`)],
};

/** What the words of a step mean. */
export function rootChange(pki: NamedCertificates, words: string): Change {
  const change = CHANGES[words];
  if (change === undefined) throw new Error(`What is meant by "${words}"?`);
  const files = ([signer, text]: Side): Files => fourFiles(pki, { signer, roots: text(pki) });
  return { before: files(change[0]), after: files(change[1]) };
}
