import { checksText, clusterText, headline, hiddenText, MARKS, summaryLines, unseenTexts } from '../../mesh/summary.ts';
import type { Problem } from '../../mesh/report.ts';
import type { MeshStatus } from '../../mesh/status.ts';
import { plain, prose, relativeTime, type Card, type CardButton, type Tone } from '../card.ts';
import { customId } from '../custom-id.ts';
import { dated } from './instants.ts';

/** More clusters than this are counted instead of listed, the healthy ones first. */
const LISTED_CLUSTERS = 12;
const LISTED_PROBLEMS = 5;
const LISTED_UNSEEN = 3;

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
  const age = since === undefined ? '' : ` · ${relativeTime(since)}`;
  const [fact] = finding.facts;
  const [command] = finding.commands;
  return [
    `**${MARKS.problems} ${plain(finding.title)}**${age}`,
    ...(fact === undefined ? [] : [dated(plain(fact))]),
    ...(hides.length === 0 ? [] : [`Hidden by it: ${plain(hiddenText(hides))}`]),
    `Next: ${prose(finding.hint)}`,
    ...(command === undefined ? [] : [`\`${command.replaceAll('`', "'")}\``]),
    '',
  ];
}

function unseenText({ report }: MeshStatus): readonly string[] {
  const failed = report.errored.map(({ title, subject, reason }) => `${title} (${subject}): ${reason}`);
  const texts = [...unseenTexts(report), ...failed];
  const shown = texts.slice(0, LISTED_UNSEEN).map((text) => `Not seen: ${plain(text)}`);
  const more = texts.length > LISTED_UNSEEN ? [`and ${texts.length - LISTED_UNSEEN} more in Details`] : [];
  return texts.length === 0 ? [] : [...shown, ...more, ''];
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
