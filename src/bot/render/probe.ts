import type { LinkLayer, LinkProbe } from '../../actions/alerts.ts';
import { plain, prose, relativeTime, type Card, type Tone } from '../card.ts';
import { dated } from './instants.ts';

const MARKS = { ok: '●', failing: '▲', unknown: '◌', skipped: '·' } as const;
const LISTED_FACTS = 3;

/** A way from one cluster to another, layer by layer: the first that fails is the one to mend. */
export function probeCard({ from, to, at, layers }: LinkProbe): Card {
  const worst = layers.find(({ outcome }) => outcome === 'failing');
  return {
    tone: toneOf(layers),
    title: `${plain(from)} → ${plain(to)} · ${verdict(layers, worst)} · ${relativeTime(at)}`,
    body: [...linesOf(layers), ...(worst === undefined ? [] : detailLines(worst))],
  };
}

/** The layers that are known so far, as the worker words them. */
export function probingCard(text: string): Card {
  return { tone: 'unknown', title: 'Measuring, layer by layer…', body: text.split('\n').map(knownLine) };
}

function toneOf(layers: readonly LinkLayer[]): Tone {
  if (layers.some(({ outcome }) => outcome === 'failing')) return 'bad';
  return layers.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'good';
}

function verdict(layers: readonly LinkLayer[], worst: LinkLayer | undefined): string {
  if (worst !== undefined) return `fails at ${plain(worst.title)}`;
  return layers.some(({ outcome }) => outcome === 'unknown') ? 'not all could be measured' : 'every layer is well';
}

/** A line for each layer. Those that were not tried for one reason share theirs. */
function linesOf(layers: readonly LinkLayer[]): readonly string[] {
  return layers.flatMap((layer, index) => {
    if (isSkippedLike(layer, layers[index - 1])) return [];
    const rest = layers.slice(index + 1);
    const others = rest.findIndex((other) => !isSkippedLike(other, layer));
    return [layerLine(layer, rest.slice(0, others === -1 ? rest.length : others))];
  });
}

function isSkippedLike({ outcome, says }: LinkLayer, before: LinkLayer | undefined): boolean {
  return outcome === 'skipped' && before?.outcome === 'skipped' && before.says === says;
}

function layerLine({ outcome, title, says, tookMs }: LinkLayer, alike: readonly LinkLayer[]): string {
  const took = tookMs === undefined ? '' : ` · ${Math.round(tookMs)} ms`;
  const titles = [title, ...alike.map((layer) => layer.title)].map(plain).join(', ');
  return `${MARKS[outcome]} **${titles}** ${outcome === 'skipped' ? `not tried: ${prose(says)}` : `${dated(prose(says))}${took}`}`;
}

/** A line of the worker's as it will look at the end. */
function knownLine(line: string): string {
  const { mark, title, says } = /^(?<mark>\S+) (?<title>[^:]+): (?<says>.+)$/.exec(line)?.groups ?? {};
  return mark === undefined || title === undefined || says === undefined
    ? plain(line)
    : `${mark} **${plain(title)}** ${dated(prose(says))}`;
}

function detailLines({ title, facts, hint, commands }: LinkLayer): readonly string[] {
  const [command] = commands ?? [];
  const seen = facts.slice(0, LISTED_FACTS).map((fact) => dated(plain(fact)));
  return [
    ...(seen.length === 0 ? [] : [`-# ${plain(title)}: ${seen.join(' · ')}`]),
    ...(hint === undefined ? [] : [`Next: ${dated(prose(hint))}`]),
    ...(command === undefined ? [] : [`\`${command.replaceAll('`', "'")}\``]),
  ];
}
