/** What a person may choose from while typing. Discord waits a second for it, so it is read from what is at hand. */
import { summaryOf } from '../alerts/index.ts';
import type { AlertState } from '../alerts/model.ts';
import { withDeadline } from '../core/abort.ts';
import { cut } from './card.ts';
import type { CommandOption } from './command.ts';
import type { BotContext } from './context.ts';

export interface Choice {
  readonly name: string;
  readonly value: string;
}

/** Discord shows at most this many choices, each at most so long. https://discord.com/developers/docs/interactions/application-commands */
const MAX_CHOICES = 25;
const LONGEST = 100;
/** Redis gets so long, in milliseconds. */
const READ_MS = 800;

/** Choices that hold what was typed, those that begin with it first. What cannot be read is nothing to choose from. */
export async function choicesFor(option: CommandOption, typed: string, context: BotContext): Promise<readonly Choice[]> {
  const all = await allFor(option, typed, context);
  return matching(all, typed.toLowerCase())
    .filter(({ value }) => value.length > 0 && value.length <= LONGEST)
    .slice(0, MAX_CHOICES)
    .map(({ name, value }) => ({ name: cut(name, LONGEST), value }));
}

async function allFor({ from }: CommandOption, typed: string, context: BotContext): Promise<readonly Choice[]> {
  if (from === 'clusters') return asThemselves(context.clusters);
  if (from !== 'incidents' && from !== 'silences' && from !== 'subjects' && from !== 'vantages') return [];
  const state = await stateOf(context);
  if (from === 'vantages') return asThemselves(vantagesOf(state, context.clusters));
  if (state === undefined) return [];
  const { open, acked, muted, silences } = summaryOf(state, context.clock.now());
  if (from === 'incidents')
    return [...open, ...muted, ...acked].map(({ id, title, severity }) => ({ name: `${severity}: ${title}`, value: id }));
  if (from === 'silences') return silences.map(({ id, match, reason }) => ({ name: `${match}: ${reason}`, value: id }));
  return [...asThemselves([typed]), ...asThemselves(Object.keys(state.subjects).toSorted())];
}

function vantagesOf(state: AlertState | undefined, clusters: readonly string[]): readonly string[] {
  const measuring = Object.values(state?.subjects ?? {}).map(({ vantage }) => vantage);
  return [...new Set([...measuring, ...clusters])].toSorted();
}

async function stateOf({ alertState, clock, log }: BotContext): Promise<AlertState | undefined> {
  if (alertState === undefined) return undefined;
  try {
    return await withDeadline(clock, READ_MS, 'Reading what is followed', alertState);
  } catch (error) {
    log.debug({ component: 'bot', err: error }, 'nothing to choose from');
    return undefined;
  }
}

function asThemselves(names: readonly string[]): readonly Choice[] {
  return names.map((name) => ({ name, value: name }));
}

function matching(choices: readonly Choice[], typed: string): readonly Choice[] {
  const found = choices.filter(({ name, value }) => name.toLowerCase().includes(typed) || value.toLowerCase().includes(typed));
  const begins = ({ name }: Choice): number => Number(name.toLowerCase().startsWith(typed));
  const known = new Map(found.map((choice) => [choice.value, choice]));
  return [...known.values()].toSorted((one, other) => begins(other) - begins(one));
}
