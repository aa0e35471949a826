import type { ListedChanges } from '../../actions/list-changes.ts';
import type { ChangeView } from '../../changes/ports.ts';
import { plain, prose, relativeTime, type Card, type Tone } from '../card.ts';
import { shortFingerprint } from './certs.ts';
import { changeCard } from './change.ts';

const LISTED_BACKUPS = 5;

/** What is under way, with what can be done about it. */
export function rotationCard(list: ListedChanges, guild: string): Card {
  if (list.view === null) return { tone: toneOf(list), title: idleTitle(list), body: [...holdLines(list), ...unseenLines(list)] };
  const card = changeCard(list.view);
  return { ...card, body: [...card.body, ...linkLines(list.view, guild)] };
}

/** What runs, what is held back and what could be put back, in all clusters. */
export function jobsCard(list: ListedChanges, guild: string): Card {
  const { view, backups } = list;
  const older = backups.length - LISTED_BACKUPS;
  return {
    tone: toneOf(list),
    title: view === null ? idleTitle(list) : plain(view.title),
    body: [
      ...(view === null ? [] : [`${prose(view.says)} · begun ${relativeTime(view.startedAt)}`, ...linkLines(view, guild)]),
      ...holdLines(list),
      ...(backups.length === 0 ? ['**Backups** none'] : ['**Backups**']),
      ...backups
        .toSorted((a, b) => b.takenAt - a.takenAt)
        .slice(0, LISTED_BACKUPS)
        .map(({ cluster, name, takenAt }) => `${plain(cluster)} \`${name.replaceAll('`', "'")}\` ${relativeTime(takenAt)}`),
      ...(older > 0 ? [`and ${older} older: \`meshwarden jobs\``] : []),
      ...unseenLines(list),
    ],
  };
}

function idleTitle({ holds }: ListedChanges): string {
  if (holds.length === 0) return 'Nothing is under way';
  return `${holds.length === 1 ? '1 cluster is' : `${holds.length} clusters are`} held · nothing is under way`;
}

function toneOf({ holds, unseen }: ListedChanges): Tone {
  if (holds.length > 0) return 'warn';
  return unseen.length > 0 ? 'unknown' : 'good';
}

function holdLines({ holds }: ListedChanges): readonly string[] {
  return holds.flatMap(({ cluster, fingerprint, why, at }) => [
    `**▲ ${plain(cluster)} is held** since ${relativeTime(at)}: \`${shortFingerprint(fingerprint)}\``,
    plain(why),
    `Next: \`/mesh release-hold cluster:${cluster.replaceAll('`', "'")}\` when the cause is mended.`,
  ]);
}

function unseenLines({ unseen }: ListedChanges): readonly string[] {
  return unseen.map((line) => `Not seen: ${plain(line)}`);
}

/** Where the message is that shows it live. */
function linkLines({ shownIn }: ChangeView, guild: string): readonly string[] {
  return shownIn === undefined ? [] : [`[Live card](https://discord.com/channels/${guild}/${shownIn.channel}/${shownIn.message})`];
}
