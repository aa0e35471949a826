import { checksText, clusterText, headline, MARKS, summaryLines } from '../../mesh/summary.ts';
import type { Problem } from '../../mesh/report.ts';
import { MESH } from '../../mesh/run-checks.ts';
import type { MeshStatus } from '../../mesh/status.ts';
import { plain, prose, relativeTime, type Card, type CardButton, type Tone } from '../card.ts';
import { customId } from '../custom-id.ts';

/** More clusters than this are counted instead of listed, the healthy ones first. */
const LISTED_CLUSTERS = 12;
const LISTED_PROBLEMS = 5;
/** More checks than this that one problem hides are counted. */
const NAMED_HIDDEN = 3;

const TONE: Readonly<Record<MeshStatus['report']['verdict'], Tone>> = { healthy: 'good', problems: 'bad', unknown: 'unknown' };

/** The answer to `/mesh status`: what is so, what stands in the way, what next. */
export function statusCard(status: MeshStatus, jobId: string): Card {
  const { report } = status;
  const problems = report.problems.slice(0, LISTED_PROBLEMS).flatMap((problem) => problemText(problem));
  const more = report.problems.length - LISTED_PROBLEMS;
  return {
    tone: TONE[report.verdict],
    title: `${headline(status)} · ${relativeTime(status.at)}`,
    body: [
      ...problems,
      ...(more > 0 ? [`and ${more} more in Details`] : []),
      ...unseenText(status),
      ...clusterLines(status),
      ...summaryLines(status, { relative: relativeTime }).map(({ label, text }) => `**${label}** ${text}`),
    ],
    footer: checksText(status),
    buttons: buttons(status, jobId),
  };
}

function problemText({ finding, hides, since }: Problem): readonly string[] {
  const age = since === undefined ? '' : ` · since ${relativeTime(since)}`;
  const [fact] = finding.facts;
  const [command] = finding.commands;
  return [
    `**${MARKS.problems} ${plain(finding.title)}**${age}`,
    ...(fact === undefined ? [] : [plain(fact)]),
    ...(hides.length === 0 ? [] : [`Hidden by it: ${plain(hiddenText(hides))}`]),
    `Next: ${prose(finding.hint)}`,
    ...(command === undefined ? [] : [`\`${command.replaceAll('`', "'")}\``]),
    '',
  ];
}

/** A few by name; many only by how many there are of each cluster. */
function hiddenText(hides: readonly string[]): string {
  if (hides.length <= NAMED_HIDDEN) return hides.join(', ');
  const bySubject = Map.groupBy(hides, (hidden) => /\((?<subject>[^()]*)\)$/.exec(hidden)?.groups?.['subject'] ?? MESH);
  return [...bySubject]
    .map(
      ([subject, checks]) => `${checks.length} ${checks.length === 1 ? 'check' : 'checks'} of ${subject === MESH ? 'the mesh' : subject}`,
    )
    .join(', ');
}

function unseenText({ report }: MeshStatus): readonly string[] {
  const [first] = [...report.unseen, ...report.errored];
  if (first === undefined) return [];
  return [`Not seen: ${plain(first.title)} (${plain(first.subject)}): ${plain(first.reason)}`, ''];
}

function clusterLines({ clusters }: MeshStatus): readonly string[] {
  const urgent = clusters.toSorted((a, b) => Number(b.failure !== undefined) - Number(a.failure !== undefined));
  const lines = urgent.slice(0, LISTED_CLUSTERS).map((cluster) => `**${plain(cluster.name)}** ${plain(clusterText(cluster))}`);
  const more = clusters.length - LISTED_CLUSTERS;
  return more > 0 ? [...lines, `and ${more} more clusters in Details`] : lines;
}

function buttons({ only }: MeshStatus, jobId: string): readonly CardButton[] {
  return [
    { label: 'Details', customId: customId('details', jobId) },
    { label: 'Re-check', customId: customId('recheck', ...(only ?? [])), style: 'primary' },
  ];
}
