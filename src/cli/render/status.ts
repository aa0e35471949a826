import picocolors from 'picocolors';
import { formatRelative } from '../../core/duration.ts';
import type { Finding } from '../../mesh/finding.ts';
import type { Problem } from '../../mesh/report.ts';
import type { MeshStatus } from '../../mesh/status.ts';
import { checksText, clusterText, headline, hiddenText, MARKS, summaryLines, unseenTexts } from '../../mesh/summary.ts';

export interface TextOptions {
  readonly colour: boolean;
  readonly now: number;
}

/** A status for a terminal: what is so, the problems with what to do next, then the mesh in a few lines. */
export function statusText(status: MeshStatus, { colour, now }: TextOptions): string {
  const paint = picocolors.createColors(colour);
  const { verdict } = status.report;
  const tint = { healthy: paint.green, problems: paint.red, unknown: paint.yellow }[verdict];
  const wording = { relative: (instant: number): string => formatRelative(instant, now) };
  const lines = [
    ...status.clusters.map((cluster) => ({ label: cluster.name, text: clusterText(cluster) })),
    ...summaryLines(status, wording),
  ];
  const width = Math.max(...lines.map(({ label }) => label.length));
  return [
    paint.bold(tint(`${MARKS[verdict]} ${headline(status)}`)),
    '',
    ...status.report.problems.flatMap((problem) => problemLines(problem, now, paint.bold)),
    ...unseenTexts(status.report).map((text) => `${MARKS.unknown} ${text}`),
    ...status.report.errored.map(({ check, subject, reason }) => `${MARKS.unknown} check ${check} (${subject}) failed itself: ${reason}`),
    ...(status.report.unseen.length + status.report.errored.length > 0 ? [''] : []),
    ...lines.map(({ label, text }) => `${paint.dim(label.padEnd(width))}  ${text}`),
    ...status.report.notes.map((note) => noteLine(note)),
    paint.dim(checksText(status)),
    '',
  ].join('\n');
}

function problemLines({ finding, hides, since }: Problem, now: number, bold: (text: string) => string): readonly string[] {
  const age = since === undefined ? '' : ` · ${formatRelative(since, now)}`;
  return [
    bold(`${MARKS.problems} ${finding.title}`) + `${age}  [${finding.code}]`,
    ...finding.facts.map((fact) => `  ${fact}`),
    ...(hides.length === 0 ? [] : [`  Hidden by it: ${hiddenText(hides)}`]),
    `  Next: ${finding.hint}`,
    ...finding.commands.map((command) => `    ${command}`),
    '',
  ];
}

function noteLine(note: Finding): string {
  return `Note: ${note.title}  [${note.code}]`;
}
