import { clusterText } from '../../mesh/summary.ts';
import type { MeshStatus } from '../../mesh/status.ts';
import type { LinkStatus } from '../../mesh/status-health.ts';

/** Everything a status has to say, as a text file: it has no limit and can be searched. UTC times. */
export function detailsText(status: MeshStatus): string {
  const { report } = status;
  return [
    `Mesh status of ${iso(status.at)}${status.only === undefined ? '' : `, only ${status.only.join(', ')}`}`,
    section(
      'Problems',
      report.problems.flatMap(({ finding, hides, since }) => [
        `${finding.severity.toUpperCase()} ${finding.code}: ${finding.title}`,
        ...(since === undefined ? [] : [`  since    ${iso(since)}`]),
        ...finding.facts.map((fact) => `  seen     ${fact}`),
        ...hides.map((hidden) => `  hides    ${hidden}`),
        `  next     ${finding.hint}`,
        ...finding.commands.map((command) => `  confirm  ${command}`),
        `  read     docs/checks.md#${finding.code}`,
      ]),
    ),
    section(
      'Worth knowing',
      report.notes.flatMap((note) => [
        `${note.code}: ${note.title}`,
        ...note.facts.map((fact) => `  seen     ${fact}`),
        `  next     ${note.hint}`,
      ]),
    ),
    section(
      'Could not be looked at',
      report.unseen.map(({ title, subject, reason }) => `${title} (${subject}): ${reason}`),
    ),
    section(
      'Checks that failed themselves',
      report.errored.map(({ check, subject, reason }) => `${check} (${subject}): ${reason}`),
    ),
    section(
      'Clusters',
      status.clusters.map((cluster) => `${cluster.name} · ${cluster.network} · ${clusterText(cluster)}${latency(cluster.latencyMs)}`),
    ),
    section('Links', status.links.map(linkText)),
    section(
      'Gateways',
      status.gateways.map(
        ({ cluster, state, ready, total, addresses, why }) =>
          `${cluster}: ${state}, ${ready} of ${total} ready, ${addresses.join(' ') || 'no address'}${why === undefined ? '' : `, ${why}`}`,
      ),
    ),
    section('Certificate authority', [
      `root ends ${when(status.authority.rootNotAfter)}`,
      ...status.authority.intermediates.map(
        ({ cluster, notAfter, renewalTime }) => `${cluster} ends ${when(notAfter)}, renews ${when(renewalTime)}`,
      ),
    ]),
    `${report.passed} checks passed.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title.toUpperCase(), ...lines].join('\n');
}

function linkText(link: LinkStatus): string {
  if ('notMeasured' in link) return `${link.from} → ${link.to}: not measured, ${link.notMeasured}`;
  const { from, to, state, since, latencyMs, path, why } = link;
  const seen = [...(latencyMs === undefined ? [] : [`${latencyMs.toFixed(1)} ms`]), ...(path === undefined ? [] : [path])];
  return [`${from} → ${to}: ${state} since ${iso(since)}`, ...seen, ...(why === undefined ? [] : [why])].join(', ');
}

function latency(ms: number | undefined): string {
  return ms === undefined ? '' : ` · API ${Math.round(ms)} ms`;
}

function when(instant: number | undefined): string {
  return instant === undefined ? 'unknown' : iso(instant);
}

function iso(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
