/** Brings what was recorded and what the double shows to one form. */
import type { NamedCertificates } from './pki.ts';

/** Lines that are not about the certificate authority, or that name serial numbers of that run. */
const OTHER_MATTERS = [
  /^info\tx509 cert - /,
  /^info\tads\t/,
  /^error\tcontrollers\t/,
  /^info\tklog\t/,
  /^info\tkube\t/,
  /^info\tsync complete/,
  /^info\tcontrollers\t/,
];

/** Lines of a log in common words, without those of other matters. */
export function logWords(lines: unknown, pki: NamedCertificates): string[] {
  if (!Array.isArray(lines)) return [];
  return (
    lines
      // The recorder left out empty lines and what stands before the end of one.
      .map((line) => pki.inWords(String(line)).replace(/\r/g, '').replace(/\n+/g, '\n').trimEnd())
      .filter((line) => !OTHER_MATTERS.some((pattern) => pattern.test(line)))
      .map((line) => line.replace(/current time \S+ is/, 'current time <now> is').replace(/127\.0\.0\.1:(<port>|\d+)/, '127.0.0.1:<port>'))
  );
}

/** `leaf, issuer …, aki of X, …` and `leaf by X` are the same to us. */
export function csrOf(recorded: unknown): unknown {
  if (typeof recorded !== 'object' || recorded === null) return recorded;
  const text = JSON.stringify(recorded).replace(/"leaf, [^"]*?aki of ([^,"]+),[^"]*"/g, '"leaf by $1"');
  return JSON.parse(text);
}

/** The gauges of a recorded step that a double shows too. */
export function gaugesOf(metrics: unknown): Record<string, number> {
  const entries = Object.entries(typeof metrics === 'object' && metrics !== null ? metrics : {});
  return Object.fromEntries(entries.filter(([name]) => name.endsWith('_expiry_timestamp')).map(([name, value]) => [name, Number(value)]));
}
