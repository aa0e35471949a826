import type { InputFault, InputFaultCode } from './fault.ts';

/** A Kubernetes object holds no more than this; a longer text is no bundle of ours. In bytes of a byte array, in characters of a string. */
export const MAX_PEM_LENGTH = 1024 * 1024;

const COLUMNS = 64;

/** One PEM block as it stands in a text. */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
  /** The line of its BEGIN, counted from 1. */
  readonly line: number;
  /** Names of the headers inside the block (`Proc-Type`, `DEK-Info`), never their values. */
  readonly headers: readonly string[];
}

export interface PemReading {
  /** Every block that could be read, in order. */
  readonly blocks: readonly PemBlock[];
  /** What could not be read: all of it, which may be thousands. */
  readonly faults: readonly InputFault[];
  /** Line of the first text outside the blocks, which readers skip; undefined where there is none. */
  readonly textOutside: number | undefined;
  /** The text is, byte for byte, what {@link printPem} prints for its blocks. */
  readonly canonical: boolean;
}

interface OpenBlock {
  /** Undefined after a BEGIN that is a fault already: the block is passed over up to its END. */
  readonly label: string | undefined;
  readonly line: number;
  readonly lines: string[];
}

interface Scan {
  readonly blocks: PemBlock[];
  readonly faults: InputFault[];
  textOutside: number | undefined;
  open: OpenBlock | undefined;
}

/**
 * Reads all PEM blocks of a text in one pass over its lines. What Go's reader (istiod's) skips without a word is a fault here: two files
 * joined without a newline, an indented BEGIN, a block that was cut off. node-forge's reader tells neither positions nor what it skipped.
 */
export function readPem(text: string | Uint8Array): PemReading {
  if (text.length > MAX_PEM_LENGTH) {
    const fault = { code: 'too-large', line: undefined, text: `The text is longer than ${MAX_PEM_LENGTH} bytes.` } as const;
    return { blocks: [], faults: [fault], textOutside: undefined, canonical: false };
  }
  // latin1 keeps one character per byte, so that bytes which are no text cannot be lost or fail.
  const source = typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('latin1');
  const scan: Scan = { blocks: [], faults: [], textOutside: undefined, open: undefined };
  source.split('\n').forEach((line, index) => readLine(scan, line.trimEnd(), index + 1));
  if (scan.open !== undefined) abandon(scan, scan.open);
  const printed = scan.blocks.map((block) => printPem(block.label, block.der)).join('');
  return { blocks: scan.blocks, faults: scan.faults, textOutside: scan.textOutside, canonical: printed === source };
}

/** One block in canonical form: 64 columns, LF, one newline at its end. */
export function printPem(label: string, der: Uint8Array): string {
  const body = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  const lines = [`-----BEGIN ${label}-----`];
  for (let at = 0; at < body.length; at += COLUMNS) lines.push(body.slice(at, at + COLUMNS));
  lines.push(`-----END ${label}-----`, '');
  return lines.join('\n');
}

/** A label as a fault may show it. Labels come from the input and may be long or odd. */
export function shownLabel(label: string): string {
  return label.length <= 40 && /^[\x20-\x7e]*$/.test(label) ? label : 'of an unknown kind';
}

function readLine(scan: Scan, line: string, number: number): void {
  if (line.includes('-----BEGIN ')) return readBegin(scan, line, number);
  if (line.includes('-----END ')) return readEnd(scan, line, number);
  if (scan.open !== undefined) scan.open.lines.push(line.trim());
  else if (line !== '') scan.textOutside ??= number;
}

function readBegin(scan: Scan, line: string, number: number): void {
  const { open } = scan;
  const label = /^-----BEGIN ([^-]+)-----$/.exec(line)?.[1];
  scan.open = { label, line: number, lines: [] };
  if (open !== undefined && line.startsWith('-----END ')) {
    const text = 'END and BEGIN stand on one line (two files joined without a newline), so that readers skip both blocks';
    return fault(scan, 'bad-boundary', number, text);
  }
  if (open !== undefined) abandon(scan, open);
  if (label === undefined)
    fault(scan, 'bad-boundary', number, 'BEGIN is not alone at the start of its line, so that readers skip the block');
}

function readEnd(scan: Scan, line: string, number: number): void {
  const { open } = scan;
  scan.open = undefined;
  if (open === undefined) return fault(scan, 'truncated', number, 'END has no BEGIN before it');
  if (open.label === undefined) return;
  if (line !== `-----END ${open.label}-----`) return fault(scan, 'bad-boundary', number, `END does not fit the BEGIN of line ${open.line}`);
  const { headers, body } = splitHeaders(open.lines);
  const der = Buffer.from(body, 'base64');
  if (body === '' || der.toString('base64') !== body) {
    return fault(scan, 'bad-base64', open.line, 'the block that begins here is not valid base64');
  }
  scan.blocks.push({ label: open.label, der: new Uint8Array(der), line: open.line, headers });
}

function splitHeaders(lines: readonly string[]): { headers: readonly string[]; body: string } {
  if (!(lines[0] ?? '').includes(':')) return { headers: [], body: lines.join('') };
  const blank = lines.indexOf('');
  const end = blank === -1 ? lines.length : blank;
  const headers = lines.slice(0, end).flatMap((line) => /^([A-Za-z0-9-]{1,40}):/.exec(line)?.[1] ?? []);
  return { headers, body: lines.slice(end).join('') };
}

function abandon(scan: Scan, open: OpenBlock): void {
  if (open.label !== undefined) fault(scan, 'truncated', open.line, 'the block that begins here has no END');
}

function fault(scan: Scan, code: InputFaultCode, line: number, text: string): void {
  scan.faults.push({ code, line, text: `Line ${line}: ${text}.` });
}
