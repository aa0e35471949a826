import { formatDuration, formatRelative } from '../../core/duration.ts';
import type { AlertsSummary } from '../../alerts/index.ts';
import type { Incident } from '../../alerts/model.ts';
import type { LinkLayer } from '../../actions/alerts.ts';

const WORDS = { page: 'PAGE', ticket: 'TICKET', info: 'INFO' } as const;

/** Alerts for a terminal: what is open first, then what keeps quiet, then what is over. */
export function alertsText({ open, acked, muted, ended, silences, windows }: AlertsSummary, now: number): string {
  const count = open.length + acked.length + muted.length;
  const lines = [
    count === 0 ? '● No alert is open' : `▲ ${count} ${count === 1 ? 'alert is' : 'alerts are'} open`,
    ...open.flatMap((incident) => incidentLines(incident, '', now)),
    ...acked.flatMap((incident) => incidentLines(incident, ` · acknowledged by ${incident.ack?.by ?? ''}`, now)),
    ...muted.flatMap((incident) => incidentLines(incident, ` · ${incident.muted?.why ?? 'silenced'}`, now)),
    ...heading(
      'Silences',
      silences.map(({ id, match, by, reason, until }) => `  ${id}  ${match}  over ${formatRelative(until, now)} · ${by}: ${reason}`),
    ),
    ...heading(
      'Maintenance',
      windows.map(({ match, reason, until }) => `  ${match}  ${reason} · over ${formatRelative(until, now)} at the latest`),
    ),
    ...heading(
      'Over',
      ended.map((incident) => `  ${incident.title} · ${lasted(incident)} · ${formatRelative(incident.endedAt ?? now, now)}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function heading(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function incidentLines({ id, severity, title, startedAt, evidence, cause, hides }: Incident, note: string, now: number): readonly string[] {
  return [
    '',
    `${WORDS[severity]} ${title} · ${formatRelative(startedAt, now)}${note}  [${id}]`,
    ...(cause === undefined ? [`  ${evidence}`] : [`  ${evidence}: ${cause.says}`, ...cause.facts.map((fact) => `  ${fact}`)]),
    ...(hides.length === 0 ? [] : [`  Hides ${hides.length}: ${hides.join(', ')}`]),
    ...(cause === undefined ? [] : [`  Next: ${cause.hint}`, ...cause.commands.map((command) => `    ${command}`)]),
  ];
}

function lasted({ startedAt, endedAt }: Incident): string {
  return endedAt === undefined ? '' : `lasted ${formatDuration(endedAt - startedAt)}`;
}

const LAYER_MARKS = { ok: '●', failing: '▲', unknown: '◌', skipped: '◌' } as const;

/** One layer of a way, as soon as it is known. */
export function layerText({ title, outcome, says, facts, hint, commands }: LinkLayer): string {
  const detail = outcome === 'failing' || outcome === 'unknown' ? facts : [];
  return [
    `${LAYER_MARKS[outcome]} ${title.padEnd(12)} ${outcome === 'skipped' ? `not tried: ${says}` : says}`,
    ...detail.map((fact) => `    ${fact}`),
    ...(outcome === 'failing' && hint !== undefined ? [`    Next: ${hint}`, ...(commands ?? []).map((command) => `      ${command}`)] : []),
    '',
  ].join('\n');
}
