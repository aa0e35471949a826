/** Lock files install everywhere: each package has its integrity and none names the host that it came from. */
import type { Rule, Violation } from './source.ts';

interface Entry {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

/** `package-lock.json` files: hosts and missing integrity. */
export const lockFile: Rule = ({ path, text }) => {
  if (!path.endsWith('package-lock.json')) return [];
  const { packages = {} } = JSON.parse(text) as { packages?: Record<string, Entry> };
  return Object.entries(packages).flatMap(([name, entry]) => (name === '' ? [] : judge(path, text, name, entry)));
};

function judge(file: string, text: string, name: string, entry: Entry): readonly Violation[] {
  const line = text.slice(0, text.indexOf(`"${name}"`)).split('\n').length;
  const faults: Violation[] = [];
  if (entry.resolved !== undefined) {
    faults.push({ file, line, rule: `host of ${name}`, next: 'Lock with "npm install --omit-lockfile-registry-resolved".' });
  }
  if (entry.integrity === undefined && entry.link !== true) {
    faults.push({ file, line, rule: `no integrity for ${name}`, next: 'Delete the entry and lock again.' });
  }
  return faults;
}
