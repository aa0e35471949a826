import type { LinkLayer, LinkProbe } from '../../actions/alerts.ts';
import { plain, prose, relativeTime, type Card, type Tone } from '../card.ts';

const MARKS = { ok: '●', failing: '▲', unknown: '◌', skipped: '·' } as const;
const LISTED_FACTS = 3;

/** A way from one cluster to another, layer by layer: the first that fails is the one to mend. */
export function probeCard({ from, to, at, layers }: LinkProbe): Card {
  const worst = layers.find(({ outcome }) => outcome === 'failing');
  return {
    tone: toneOf(layers),
    title: `${plain(from)} → ${plain(to)} · ${verdict(layers, worst)} · ${relativeTime(at)}`,
    body: [...layers.map(layerLine), ...(worst === undefined ? [] : detailLines(worst))],
  };
}

/** The layers that are known so far, as the worker words them. */
export function probingCard(text: string): Card {
  return { tone: 'unknown', title: 'Measuring, layer by layer…', body: text.split('\n').map(plain) };
}

function toneOf(layers: readonly LinkLayer[]): Tone {
  if (layers.some(({ outcome }) => outcome === 'failing')) return 'bad';
  return layers.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'good';
}

function verdict(layers: readonly LinkLayer[], worst: LinkLayer | undefined): string {
  if (worst !== undefined) return `fails at ${plain(worst.title)}`;
  return layers.some(({ outcome }) => outcome === 'unknown') ? 'not all could be measured' : 'every layer is well';
}

function layerLine({ outcome, title, says, tookMs }: LinkLayer): string {
  const took = tookMs === undefined ? '' : ` · ${Math.round(tookMs)} ms`;
  return `${MARKS[outcome]} **${plain(title)}** ${outcome === 'skipped' ? `not tried: ${plain(says)}` : `${plain(says)}${took}`}`;
}

function detailLines({ facts, hint, commands }: LinkLayer): readonly string[] {
  const [command] = commands ?? [];
  return [
    ...facts.slice(0, LISTED_FACTS).map((fact) => `-# ${plain(fact)}`),
    ...(hint === undefined ? [] : [`Next: ${prose(hint)}`]),
    ...(command === undefined ? [] : [`\`${command.replaceAll('`', "'")}\``]),
  ];
}
