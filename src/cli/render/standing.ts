import { formatRelative } from '../../core/duration.ts';
import type { Standing } from '../../actions/list-changes.ts';
import { MARKS } from '../../mesh/summary.ts';

/** What is under way, held back and kept. */
export function standingText({ intent, holds, backups, unseen }: Standing, now: number): string {
  return [
    intent === null
      ? `${MARKS.healthy} Nothing is under way`
      : `${MARKS.unknown} ${intent.goal.kind} · ${intent.id} · by ${intent.by} · began ${formatRelative(intent.createdAt, now)}${intent.paused ? ' · paused' : ''}${intent.direction === 'back' ? ' · goes back' : ''}`,
    ...holds.map(
      ({ cluster, fingerprint, why, at }) =>
        `${MARKS.problems} ${cluster} holds back ${fingerprint.slice(0, 11)}… since ${formatRelative(at, now)}: ${why}\n  Next: meshwarden release-hold ${cluster}`,
    ),
    ...backups.map(
      ({ cluster, name, takenAt, takenFor, archivedAt }) =>
        `  ${cluster}  ${name}  taken ${formatRelative(takenAt, now)} for ${takenFor}${archivedAt === undefined ? '' : ' · archived'}`,
    ),
    ...unseen.map((text) => `${MARKS.unknown} not seen: ${text}`),
    '',
  ].join('\n');
}
