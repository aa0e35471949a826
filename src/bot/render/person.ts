import { plain, prose } from '../card.ts';

/** A Discord user as a mention, which tells nobody; anybody else by the name that was noted. */
export function personText(who: string): string {
  return isUser(who) ? `<@${who}>` : plain(who);
}

/** True for the id of a Discord user. Somebody at the command line has another name. */
export function isUser(who: string): boolean {
  return /^\d{17,20}$/.test(who);
}

/** A text of ours in which people may be named by their ids. */
export function named(text: string): string {
  return prose(text).replaceAll(/(?<![\d@])\d{17,20}(?!\d)/g, (id) => `<@${id}>`);
}
