/** The texts of cards, without times and ids, as {@link file://./channel-story.ts} tells them. */

export interface Trouble {
  readonly mark: string;
  readonly rule: string;
  /** What the card says while it lasts, and when it is over. */
  readonly is: string;
  readonly was: string;
  readonly because: string;
  /** Everything between the evidence and the small print. */
  readonly body: readonly string[];
  /** What is said after the cause when it is over. */
  readonly after?: readonly string[];
}

export const BUTTONS = '[Diagnose] [Ack 1 h] [Silence…] [Show commands]';

export function openCard({ mark, rule, is, because, body }: Trouble): string {
  return [`### ▲ ${mark} · ${is} · <time>`, `2 of 2 probes failed: ${because}.`, ...body, `-# ${rule} · <id>`, BUTTONS].join('\n');
}

export function overCard({ rule, was, because, after = [] }: Trouble): string {
  return [`### ● ${was} for <time> · over since <time>`, `Cause seen: ${because}.`, ...after, `-# ${rule} · <id> · began <time>`].join(
    '\n',
  );
}
