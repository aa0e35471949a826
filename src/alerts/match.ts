/** Patterns of silences and maintenance windows over `rule|subject`. */

/**
 * Whether a pattern matches a whole key; `*` stands for anything, also for nothing, and everything else for itself. Takes time in proportion to the
 * lengths of both, whatever the pattern.
 */
export function isMatch(pattern: string, key: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return pattern === key;
  if (key.length < head.length + tail.length || !key.startsWith(head) || !key.endsWith(tail)) return false;
  const end = key.length - tail.length;
  let at = head.length;
  for (const part of rest) {
    const found = key.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** The first of some silences or windows that is active now and matches. */
export function covering<T extends { readonly match: string; readonly from: number; readonly until: number }>(
  list: readonly T[],
  key: string,
  now: number,
): T | undefined {
  return list.find(({ match, from, until }) => from <= now && now < until && isMatch(match, key));
}
