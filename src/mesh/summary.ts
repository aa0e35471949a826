import { DAY, formatDuration } from '../core/duration.ts';
import { MESH } from './run-checks.ts';
import type { LinkStatus, MeasuredLink } from './status-health.ts';
import type { AuthorityStatus, ClusterStatus, GatewayStatus, MeshStatus } from './status.ts';

/** How an instant is written: as text for a terminal, or as a timestamp that a chat client ages by itself. */
export interface Wording {
  /** Such as `in 41 days` or `3 hours ago`. */
  relative(instant: number): string;
}

export interface SummaryLine {
  readonly label: string;
  readonly text: string;
}

/** The state in shape and word, never in colour alone. */
export const MARKS = { healthy: '●', problems: '▲', unknown: '◌' } as const;

/** The first line of every answer about the mesh: what is so. */
export function headline({ report, clusters, only }: MeshStatus): string {
  const scope = only === undefined ? 'Mesh' : only.join(', ');
  const count = only === undefined ? ` · ${counted(clusters.length, 'cluster')}` : '';
  if (report.verdict === 'healthy') return `${scope} healthy${count}`;
  const blind = report.unseen.length + report.errored.length;
  if (report.verdict === 'unknown') return `${scope}: nothing wrong found, but ${counted(blind, 'check')} could not look${count}`;
  const hidden = hiddenBy(report);
  const problems = counted(report.problems.length, 'problem');
  const hides = hidden === 0 ? '' : ` ${report.problems.length === 1 ? 'hides' : 'hide'} ${counted(hidden, 'check')}`;
  return `${scope}: ${problems}${hides}${count}`;
}

function hiddenBy({ problems }: MeshStatus['report']): number {
  return new Set(problems.flatMap(({ hides }) => hides)).size;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** One cluster in one line, after its name. */
export function clusterText(cluster: ClusterStatus): string {
  const roles = cluster.roles.length === 0 ? [] : [cluster.roles.toSorted().join(', ')];
  if (cluster.failure !== undefined) return [...roles, 'not seen'].join(' · ');
  const istio = cluster.istio === undefined ? 'Istio not seen' : istioText(cluster.istio);
  return [...roles, `Kubernetes ${cluster.kubernetes ?? 'unknown'}`, istio].join(' · ');
}

function istioText(versions: readonly string[]): string {
  return versions.length === 0 ? 'no Istio' : `Istio ${versions.join(' and ')}`;
}

/** What joins the clusters and what they trust, one line a subject. */
export function summaryLines(status: MeshStatus, wording: Wording): readonly SummaryLine[] {
  return [
    ...linkLines(status.links),
    ...gatewayLines(status.gateways),
    { label: 'CA', text: authorityText(status.authority, status.at, wording) },
    ...alertLines(status.alerts),
  ];
}

function alertLines(alerts: MeshStatus['alerts']): readonly SummaryLine[] {
  if (alerts === undefined || alerts.open + alerts.acked + alerts.muted === 0) return [];
  const parts = [
    `${alerts.open} open`,
    ...(alerts.acked > 0 ? [`${alerts.acked} acknowledged`] : []),
    ...(alerts.muted > 0 ? [`${alerts.muted} silenced`] : []),
  ];
  return [{ label: 'Alerts', text: parts.join(' · ') }];
}

/** More checks than this that one problem hides, or that one reason keeps from looking, are counted. */
const NAMED = 3;

/** What a problem hides: a few by name, many only by how many there are of each cluster. */
export function hiddenText(hides: readonly string[]): string {
  if (hides.length <= NAMED) return hides.join(', ');
  const bySubject = Map.groupBy(hides, (hidden) => /\((?<subject>[^()]*)\)$/.exec(hidden)?.groups?.['subject'] ?? MESH);
  return [...bySubject]
    .map(([subject, checks]) => `${counted(checks.length, 'check')} of ${subject === MESH ? 'the mesh' : subject}`)
    .join(', ');
}

/** What could not be looked at, each reason once where it stands before many. */
export function unseenTexts({ unseen }: MeshStatus['report']): readonly string[] {
  return [...Map.groupBy(unseen, ({ reason }) => reason)].flatMap(([reason, checks]) =>
    checks.length <= NAMED
      ? checks.map(({ title, subject }) => `${title} (${subject}): ${reason}`)
      : [`${counted(checks.length, 'check')}: ${reason}`],
  );
}

/** What was and was not looked at. */
export function checksText({ report }: MeshStatus): string {
  const parts = [`${counted(report.passed, 'check')} passed`];
  const hidden = hiddenBy(report);
  if (hidden > 0) parts.push(`${hidden} hidden by a problem`);
  if (report.unseen.length > 0) parts.push(`${report.unseen.length} could not look`);
  if (report.errored.length > 0) parts.push(`${report.errored.length} failed ${report.errored.length === 1 ? 'itself' : 'themselves'}`);
  return parts.join(' · ');
}

/** Of more directions than this those that are well are counted. */
const LISTED_LINKS = 6;

function linkLines(links: readonly LinkStatus[]): readonly SummaryLine[] {
  if (links.length === 0) return [];
  const measured = links.flatMap((link) => ('notMeasured' in link ? [] : [link]));
  const well = measured.filter(({ state }) => state === 'ok');
  const named = measured.length <= LISTED_LINKS ? measured : measured.filter(({ state }) => state !== 'ok');
  const counted = measured.length <= LISTED_LINKS ? [] : [`${well.length} of ${measured.length} well`];
  const texts = [...counted, ...limited(named.map((link) => `${link.from}→${link.to} ${linkText(link)}`)), ...notMeasuredTexts(links)];
  return [{ label: 'Link', text: texts.join(' · ') }];
}

/** What is not measured: in one text for each reason, or all together where there are many reasons. */
function notMeasuredTexts(links: readonly LinkStatus[]): readonly string[] {
  const blind = links.flatMap((link) => ('notMeasured' in link ? [link] : []));
  const reasons = [...Map.groupBy(blind, ({ notMeasured }) => notMeasured)];
  const [first] = reasons;
  if (first === undefined) return [];
  if (reasons.length > 2) return [`${blind.length} directions not measured: ${first[0]}, and ${reasons.length - 1} more reasons`];
  return reasons.map(([why, some]) =>
    some.length > 2
      ? `${some.length} directions not measured: ${why}`
      : `${some.map(({ from, to }) => `${from}→${to}`).join(', ')} not measured: ${why}`,
  );
}

const PATHS = { direct: 'direct', relayed: 'relayed', peerRelayed: 'through a peer' } as const;
const LINK_WORDS = {
  ok: '',
  pending: 'fails of late',
  firing: 'down',
  resolving: 'was down until just now',
  flapping: 'comes and goes',
  unknown: 'not known',
  degraded: 'degraded',
} as const;

function linkText({ state, latencyMs, path }: MeasuredLink): string {
  const round = latencyMs === undefined ? [] : [latencyMs < 10 ? `${latencyMs.toFixed(1)} ms` : `${Math.round(latencyMs)} ms`];
  const way = path === undefined ? [] : [PATHS[path]];
  const seen = state === 'ok' || state === 'degraded' ? [...round, ...way].join(' ') : '';
  const words = state === 'ok' && seen === '' ? 'well' : LINK_WORDS[state];
  return [words, seen].filter((text) => text !== '').join(', ');
}

/** In a larger mesh what is in order is counted, and only the rest is named. */
const LISTED = 8;

function gatewayLines(gateways: readonly GatewayStatus[]): readonly SummaryLine[] {
  if (gateways.length === 0) return [];
  const named = gateways.length <= LISTED ? gateways : gateways.filter((gateway) => !isReached(gateway));
  const counted = gateways.length <= LISTED ? [] : [`${gateways.length - named.length} of ${gateways.length} ready`];
  const text = [...counted, ...limited(named.map((gateway) => `${gateway.cluster} ${gatewayText(gateway)}`))].join(' · ');
  const all = gateways.every(({ asked }) => asked.length > 0);
  return [{ label: 'Gateways', text: all ? `${text} (asked from the other side)` : text }];
}

function limited(texts: readonly string[]): readonly string[] {
  return texts.length <= LISTED ? texts : [...texts.slice(0, LISTED), `${texts.length - LISTED} more`];
}

function isReached({ state, asked }: GatewayStatus): boolean {
  return state === 'ready' && asked.every((one) => one.state === 'ok');
}

function gatewayText(gateway: GatewayStatus): string {
  const failing = gateway.asked.filter(({ state }) => state !== 'ok' && state !== 'unknown');
  if (gateway.asked.length > 0 && isReached(gateway)) return 'ok';
  if (failing.length > 0) return `${readyText(gateway)}, fails from ${failing.map(({ from }) => from).join(', ')}`;
  return readyText(gateway);
}

function readyText(gateway: GatewayStatus): string {
  if (gateway.state === 'unknown') return 'not seen';
  if (gateway.state === 'missing') return 'missing';
  return `${gateway.ready} of ${gateway.total} ready`;
}

function authorityText(authority: AuthorityStatus, at: number, wording: Wording): string {
  const root = authority.rootNotAfter === undefined ? 'root not seen' : `root ${rootText(authority.rootNotAfter, at)}`;
  return [root, ...intermediateTexts(authority.intermediates, at, wording)].join(' · ');
}

type Intermediate = AuthorityStatus['intermediates'][number];

function intermediateTexts(intermediates: readonly Intermediate[], at: number, wording: Wording): readonly string[] {
  const named = intermediates.length <= LISTED ? intermediates : intermediates.filter((one) => !isInOrder(one, at));
  const calm = intermediates.length <= LISTED ? [] : intermediates.filter((one) => isInOrder(one, at));
  const next = calm.flatMap(({ renewalTime }) => (renewalTime === undefined ? [] : [renewalTime])).toSorted((a, b) => a - b)[0];
  const counted = next === undefined ? [] : [`the next of ${calm.length} renews ${wording.relative(next)}`];
  return [...counted, ...limited(named.map((one) => `${one.cluster} ${intermediateText(one, at, wording)}`))];
}

function isInOrder({ notAfter, renewalTime }: Intermediate, at: number): boolean {
  return notAfter !== undefined && notAfter > at && renewalTime !== undefined && renewalTime > at;
}

function rootText(notAfter: number, at: number): string {
  return notAfter <= at ? 'expired' : formatDuration(notAfter - at);
}

function intermediateText({ notAfter, renewalTime }: AuthorityStatus['intermediates'][number], at: number, wording: Wording): string {
  if (notAfter === undefined) return 'not seen';
  if (notAfter <= at) return `expired ${wording.relative(notAfter)}`;
  if (renewalTime === undefined) return `ends ${wording.relative(notAfter)}`;
  if (renewalTime > at) return `renews ${wording.relative(renewalTime)}`;
  const left = notAfter - at < 2 * DAY ? wording.relative(notAfter) : `in ${formatDuration(notAfter - at)}`;
  return `renewal was due ${wording.relative(renewalTime)}, ends ${left}`;
}
