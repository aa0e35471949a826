/** A file of the project as the rules see it. */
import { blank, type Views } from './blank.ts';

/** One fault: where, which rule, and what to do. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly next: string;
}

export interface Source extends Views {
  /** Relative to the project, with forward slashes: `src/pki/pem.ts`. */
  readonly path: string;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `import type` and `export type … from`: nothing is loaded at run time. */
  readonly typeOnly: boolean;
}

/** A rule looks at one file and says what is wrong with it. */
export type Rule = (source: Source) => readonly Violation[];

export function sourceOf(path: string, text: string): Source {
  return path.endsWith('.ts') ? { path, ...blank(text) } : { path, text, code: text, bare: text };
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The room of a file of `src` (`pki`), its own name where it stands at the top (`app.ts`), undefined elsewhere. */
export function roomOf(path: string): string | undefined {
  return path.startsWith('src/') ? path.split('/')[1] : undefined;
}

const STATIC = /\b(?:import|export)\b(?<clause>[^'"`;()]*?)\bfrom\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/g;
const BARE = /\bimport\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/g;
const DYNAMIC = /\b(?:import|require)\s*\(\s*(?<quote>['"`])(?<specifier>[^'"`\n]+)\k<quote>/g;

/** Everything that a file imports or exports from elsewhere, in the order of its lines. */
export function importsOf(source: Source): readonly Import[] {
  const found = [STATIC, BARE, DYNAMIC].flatMap((pattern) =>
    // A match inside a string begins with blanks in the bare view.
    [...source.code.matchAll(pattern)].filter((match) => source.bare[match.index] !== ' ').map((match) => toImport(source, match)),
  );
  return found.toSorted((a, b) => a.line - b.line);
}

function toImport(source: Source, match: RegExpExecArray | RegExpMatchArray): Import {
  const { specifier = '', clause = '' } = match.groups ?? {};
  return { specifier, line: lineAt(source.text, match.index ?? 0), typeOnly: /^\s*type\s+(?!,|from\b)/.test(clause) };
}

/** One violation for each place in the code of `source` that `pattern` (with the flag `g`) finds. Strings and comments are not searched. */
export function findAll(source: Source, pattern: RegExp, rule: string, next: string): readonly Violation[] {
  return [...source.bare.matchAll(pattern)].map((match) => ({ file: source.path, line: lineAt(source.text, match.index), rule, next }));
}
