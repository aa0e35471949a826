import type { Finding } from '../../mesh/finding.ts';

/** A finding for a terminal: what is so, why it is said, what next. */
export function findingText({ title, code, facts, hint, commands }: Finding, mark: string): string {
  return [
    `${mark} ${title}  [${code}]`,
    ...facts.map((fact) => `  ${fact}`),
    `  Next: ${hint}`,
    ...commands.map((command) => `    ${command}`),
    '',
  ].join('\n');
}
