import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';
import { pathText, type ConfigFault, type FaultPlace } from './fault.ts';
import { SYNTAX } from './syntax.ts';

/** Far above what 100 clusters need. */
const LARGEST = 256 * 1024;
const MOST_SYNTAX_FAULTS = 10;
/** What a decoder leaves of bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/** A YAML file, with the places of its parts. */
export interface ConfigDocument {
  /** Its content; undefined where the syntax is broken. */
  readonly value: unknown;
  /** What is wrong with it as YAML. */
  readonly faults: readonly ConfigFault[];
  /** Where the value at a path stands, or the nearest thing around it. With `key`, where its name stands. */
  place(path: readonly PropertyKey[], part?: 'key'): FaultPlace;
  /** The text of a single value, as written. */
  source(path: readonly PropertyKey[]): string | undefined;
}

type Path = readonly PropertyKey[];

/** Reads YAML 1.2. Never throws, whatever the text holds. */
export function readDocument(text: string): ConfigDocument {
  const refusal = refuse(text);
  if (refusal !== undefined) return broken([refusal]);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, stringKeys: true, uniqueKeys: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const faults = syntaxFaults(document, at);
  // A name given twice and a tag leave the rest readable: its other faults are told in the same go.
  if (document.errors.length > 0 || unknownAliases(document).length > 0) return broken(faults);
  const value = valueOf(document);
  if (value === undefined) return broken([...faults, { path: '', line: 1, column: 1, expected: 'fewer aliases', found: undefined }]);
  const place = (path: Path, part?: 'key'): FaultPlace => ({ path: pathText(path), ...at(offsetOf(document, path, part)) });
  return { value, faults, place, source: (path) => sourceOf(document, path) };
}

/** Undefined where aliases of aliases would grow beyond all bounds. */
function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch {
    // With every alias known, this is the only thing left that it throws for.
    return undefined;
  }
}

function refuse(text: string): ConfigFault | undefined {
  const whole = { path: '', line: undefined, column: undefined };
  if (text.length > LARGEST) return { ...whole, expected: 'at most 256 KiB', found: `${Math.round(text.length / 1024)} KiB` };
  if (text.includes('\0') || text.includes(REPLACEMENT))
    return { ...whole, expected: 'YAML text in UTF-8', found: 'bytes that are no text' };
  return undefined;
}

function broken(faults: readonly ConfigFault[]): ConfigDocument {
  const place = (path: Path): FaultPlace => ({ path: pathText(path), line: undefined, column: undefined });
  return { value: undefined, faults, place, source: () => undefined };
}

/** One fault a line: a broken line breaks in several ways, and all but the first are echoes. */
function syntaxFaults(document: Document.Parsed, at: (offset: number) => { line: number; column: number }): readonly ConfigFault[] {
  const found = document.errors.map(({ code, pos }) => ({ offset: pos[0], ...SYNTAX[code] }));
  for (const { code, pos } of document.warnings) found.push({ offset: pos[0], ...SYNTAX[code] });
  for (const offset of unknownAliases(document)) found.push({ offset, ...SYNTAX.BAD_ALIAS });
  for (const offset of repeatedNames(document)) found.push({ offset, ...SYNTAX.DUPLICATE_KEY });
  const byLine = new Map<number, ConfigFault>();
  for (const { offset, ...words } of found.sort((a, b) => a.offset - b.offset)) {
    const { line, column } = at(offset);
    if (!byLine.has(line)) byLine.set(line, { path: '', line, column, found: undefined, ...words });
  }
  return [...byLine.values()].slice(0, MOST_SYNTAX_FAULTS);
}

/** Where aliases stand whose anchor is nowhere before them: the parser leaves finding them to whoever reads the values. */
function unknownAliases(document: Document.Parsed): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined) offsets.push(node.range?.[0] ?? 0);
    },
  });
  return offsets;
}

/** Where names stand that their mapping has already. The parser looks for them too, in a time that grows with the square of their number. */
function repeatedNames(document: Document.Parsed): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const names = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (names.has(key.value)) offsets.push(key.range?.[0] ?? 0);
        names.add(key.value);
      }
    },
  });
  return offsets;
}

/** Follows a path as far as it leads. */
function offsetOf(document: Document.Parsed, path: Path, part?: 'key'): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    const next = child(document, node, step);
    if (next === undefined) break;
    const isLast = index === path.length - 1;
    offset = (isLast && part === 'key' ? next.key : (next.value ?? next.key))?.range?.[0] ?? offset;
    node = next.value;
  }
  return offset;
}

function sourceOf(document: Document.Parsed, path: Path): string | undefined {
  let node: Node | null = document.contents;
  for (const step of path) {
    const next = child(document, node, step);
    if (next === undefined) return undefined;
    node = next.value;
  }
  return isScalar(node) ? (node as { source?: string }).source : undefined;
}

interface Child {
  readonly key: Node | undefined;
  readonly value: Node | null;
}

function child(document: Document.Parsed, parent: Node | null, step: PropertyKey): Child | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap<Node, Node | null>(node)) {
    // Of a name given twice the last is what its value is read from.
    const pair: Pair<Node, Node | null> | undefined = node.items.findLast(({ key }) => isScalar(key) && key.value === step);
    return pair === undefined ? undefined : { key: pair.key, value: pair.value };
  }
  if (isSeq<Node>(node) && typeof step === 'number') {
    const value = node.items[step];
    return value === undefined ? undefined : { key: undefined, value };
  }
  return undefined;
}
