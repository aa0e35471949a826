/** The documents of the repository, as a reader of the repository finds them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** The pages at the top and in `docs`, by their path. */
export const PAGES: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].toSorted();

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const LINK = /\]\((?<link>[^)\s]+)\)|\bsrc="(?<image>[^"]+)"/g;
const MENTION = /`(?<mention>docs\/[\w.-]+\.md(?:#[\w-]+)?)`/g;

/** Where a page leads to inside the repository: `path` or `path#anchor`, from the root. */
export function linksOf(page: string): readonly string[] {
  const text = read(page);
  const links = [...text.matchAll(LINK)].map(({ groups }) => groups?.['link'] ?? groups?.['image'] ?? '');
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  const mentions = [...text.matchAll(MENTION)].map(({ groups }) => groups?.['mention'] ?? '');
  return [...local.map((link) => (link.startsWith('#') ? `${page}${link}` : normalize(join(dirname(page), link)))), ...mentions];
}

/** Whether a link of {@link linksOf} leads to something. */
export function leadsSomewhere(link: string): boolean {
  const [path = '', anchor] = link.split('#');
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || anchorsOf(read(path)).includes(anchor);
}

/** Anchors of headings, as GitHub makes them. */
function anchorsOf(text: string): readonly string[] {
  const headings = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (?<heading>.+)$/gm)].map(
    ({ groups }) => groups?.['heading'] ?? '',
  );
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Command lines of the pages: code spans and lines of shell blocks in which the program is called, from its name on. */
export function callsOf(page: string, program: RegExp): readonly string[] {
  const text = read(page);
  const blocks = [...text.matchAll(/^ *```sh\n(?<code>.*?)^ *```/gms)].flatMap(({ groups }) => (groups?.['code'] ?? '').split('\n'));
  const spans = [...text.replaceAll(/^ *```.*?^ *```/gms, '').matchAll(/`(?<code>[^`\n]+)`/g)].map(({ groups }) => groups?.['code'] ?? '');
  return [...blocks, ...spans].flatMap((line) => program.exec(line)?.groups?.['call'] ?? []);
}

export interface Row {
  readonly discord: string;
  readonly terminal: string;
}

/** The table below the heading Commands of the README. */
export function commandTable(): readonly Row[] {
  const [, section = ''] = read('README.md').split(/^## Commands$/m);
  const [table = ''] = section.trim().split('\n\n');
  return table
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map(([, discord = '', terminal = '']) => ({ discord, terminal }));
}
