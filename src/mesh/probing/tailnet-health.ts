/** What the messages of a daemon about its health mean. Their order and their numbers say nothing: each is looked at alone. */

export interface HealthMeaning {
  /** Those that say that the control server cannot be reached. */
  readonly control: readonly string[];
  /** Those that say that a relay cannot be reached. */
  readonly relay: readonly string[];
  /** What is left and may matter. */
  readonly other: readonly string[];
}

const CONTROL = /coordination server|fetch control key/i;
const RELAY = /relay server/i;
/** Said by the state of the daemon already, or harmless. */
const IDLE = /^Tailscale is (?:stopped|starting)|unstable version/i;

/** Sorts the messages by what they are about. */
export function readHealth(messages: readonly string[]): HealthMeaning {
  const control = messages.filter((text) => CONTROL.test(text));
  const relay = messages.filter((text) => RELAY.test(text) && !CONTROL.test(text));
  const other = messages.filter((text) => !CONTROL.test(text) && !RELAY.test(text) && !IDLE.test(text));
  return { control, relay, other };
}

const LONGEST = 160;

/** A message as a fact: one line, no login address, not longer than a card bears. */
export function quoteHealth(message: string): string {
  const line = message.replaceAll(/https?:\/\/\S+\/register\/\S+/g, '[login address]').replaceAll(/\s+/g, ' ');
  return `tailscaled says: ${line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line}`;
}
