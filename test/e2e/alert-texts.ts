/** What matters of cards, as the story of a channel tells them. */

export interface Trouble {
  readonly mark: string;
  /** What the card says while it lasts, and when it is over. */
  readonly is: string;
  readonly was: string;
  readonly because: string;
  /** What else stands under the evidence: what it hides, who has it in hand. */
  readonly also?: readonly string[];
  /** What is said after the cause when it is over. */
  readonly after?: readonly string[];
}

export function openCard({ mark, is, because, also = [] }: Trouble): string {
  const sign = mark.includes('quiet') ? '◌' : '▲';
  return [`### ${sign} ${mark} · ${is} · <time>`, `2 of 2 probes failed: ${because}.`, ...also].join('\n');
}

export function overCard({ was, because, after = [] }: Trouble): string {
  return [`### ● ${was} for <time> · over since <time>`, `Cause seen: ${because}.`, ...after].join('\n');
}

/** It came, and it went: all that the channel is told. */
export function cameAndWent(trouble: Trouble): readonly string[] {
  return [`posts ${openCard(trouble)}`, `edits ${overCard(trouble)}`];
}
