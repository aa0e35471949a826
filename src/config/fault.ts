/** What is wrong with a configuration, for whoever wrote it. */

/** Where a fault is: in a file, or in a variable of the environment. */
export interface FaultPlace {
  /** Such as `clusters[1].network`; the name of the variable for the environment; empty for a file as a whole. */
  readonly path: string;
  /** Counted from 1; undefined where the fault is in no file, or in a file as a whole. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

export interface ConfigFault extends FaultPlace {
  /** What belongs there. */
  readonly expected: string;
  /** What is there instead, fit to be shown: never a secret. Undefined where the place alone tells. */
  readonly found: string | undefined;
  /** The valid name that is nearest to the wrong one, where one is near. */
  readonly nearest?: string;
  /** What to do, where it does not follow from what is expected. */
  readonly next?: string;
}

const SHOWN = 40;

/** All faults as lines of text: place, path, what is expected, what was found. */
export function renderFaults(file: string | undefined, faults: readonly ConfigFault[]): string {
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  const where = file === undefined ? 'the configuration' : file;
  const lines = faults.slice(0, SHOWN).map((fault) => `  ${renderFault(fault)}`);
  const more = faults.length > SHOWN ? [`  and ${faults.length - SHOWN} more`] : [];
  return [`${count} in ${where}`, ...lines, ...more].join('\n');
}

/** One fault as one line. */
export function renderFault(fault: ConfigFault): string {
  const at = fault.line === undefined ? '' : `${fault.line}:${fault.column} `;
  const path = fault.path === '' ? '' : `${fault.path}: `;
  const found = fault.found === undefined ? '' : `, found ${fault.found}`;
  const nearest = fault.nearest === undefined ? '' : `; did you mean ${fault.nearest}`;
  const next = fault.next === undefined ? '' : `. ${fault.next}`;
  return `${at}${path}expected ${fault.expected}${found}${nearest}${next}`;
}

/** `['clusters', 1, 'network']` as `clusters[1].network`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}
