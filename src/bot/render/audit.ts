import type { AuditEntry } from '../../changes/ports.ts';
import { plain, relativeTime, type Card } from '../card.ts';
import { personText } from './person.ts';

const MARKS: Readonly<Record<AuditEntry['result'], string>> = { ok: '●', failed: '▲', refused: '◌' };

/** Who did what, the newest first. */
export function auditCard(entries: readonly AuditEntry[]): Card {
  return {
    tone: 'unknown',
    title: entries.length === 0 ? 'Nothing was recorded yet' : 'Who did what',
    body: entries.map((entry) => auditLine(entry)),
    rest: 'meshwarden audit',
  };
}

/** One thing that somebody did, as a line. */
export function auditLine({
  at,
  who,
  what,
  change,
  detail,
  result,
}: Pick<AuditEntry, 'at' | 'who' | 'what' | 'change' | 'detail' | 'result'>): string {
  return `${MARKS[result]} ${relativeTime(at)} ${personText(who)} **${plain(what)}** ${plain(change)} · ${plain(detail)}`;
}
