import { plain } from '../card.ts';

/** A Discord user as a mention, which tells nobody; anybody else by the name that was noted. */
export function personText(who: string): string {
  return /^\d{17,20}$/.test(who) ? `<@${who}>` : plain(who);
}
