/** Names that a sentence may begin with as they are. */
const NAMES = ['tailscaled', 'istiod'];

/** The words of a cause as a sentence: with a capital letter, unless they begin with a name. */
export function sentence(says: string, ...names: readonly string[]): string {
  if ([...NAMES, ...names].some((name) => says.startsWith(name))) return says;
  return says.charAt(0).toUpperCase() + says.slice(1);
}
