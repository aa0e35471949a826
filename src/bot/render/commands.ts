import type { Incident } from '../../alerts/model.ts';
import { plain, prose, type Card } from '../card.ts';
import { dated } from './instants.ts';

/** Everything that was seen of a cause, and every command that confirms it. */
export function commandsCard({ title, cause, id }: Incident): Card {
  return {
    tone: 'unknown',
    title: plain(title),
    body:
      cause === undefined
        ? ['No cause is known, so there is nothing to confirm. Press Diagnose.']
        : [
            `${dated(prose(cause.says))}.`,
            ...cause.facts.map((fact) => `- ${dated(plain(fact))}`),
            `Next: ${dated(prose(cause.hint))}`,
            ...cause.commands.map((command) => `\`\`\`\n${command.replaceAll('```', "'''")}\n\`\`\``),
          ],
    footer: `${cause?.code ?? 'no cause'} · ${id}`,
  };
}
