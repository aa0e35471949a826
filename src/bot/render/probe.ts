import type { LinkLayer, LinkProbe } from '../../actions/alerts.ts';
import { plain, prose, relativeTime, type Card, type Tone } from '../card.ts';
import { dated } from './instants.ts';

const MARKS = { ok: '●', failing: '▲', unknown: '◌', skipped: '·' } as const;
const OUTCOMES = ['ok', 'failing', 'unknown', 'skipped'] as const;
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

/** The layers that are known so far, as the worker words them: each looks as it will at the end. */
export function probingCard(text: string): Card {
  return { tone: 'unknown', title: 'Measuring, layer by layer…', body: linesOf(text.split('\n').map(readLine)) };
}

/** What is shown of a layer. */
type Shown = Pick<LinkLayer, 'outcome' | 'title' | 'says' | 'tookMs'>;

function readLine(line: string): Shown | string {
  const { mark, title, says } = /^(?<mark>\S) (?<title>[^:]+): (?<says>.+)$/.exec(line)?.groups ?? {};
  const outcome = OUTCOMES.find((one) => MARKS[one] === mark);
  return outcome === undefined || title === undefined || says === undefined ? line : { outcome, title, says };
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
function linesOf(layers: readonly (Shown | string)[]): readonly string[] {
  const failing = layers.find((layer) => typeof layer !== 'string' && layer.outcome === 'failing');
  return layers.flatMap((layer, index) => {
    if (typeof layer === 'string') return [plain(layer)];
    if (isSkippedLike(layer, layers[index - 1])) return [];
    const rest = layers.slice(index + 1);
    const end = rest.findIndex((other) => typeof other === 'string' || !isSkippedLike(other, layer));
    const titles = [layer, ...rest.slice(0, end === -1 ? rest.length : end)].flatMap((one) =>
      typeof one === 'string' ? [] : [plain(one.title)],
    );
    return [`${MARKS[layer.outcome]} **${titles.join(', ')}** ${saysText(layer, failing)}`];
  });
}

function isSkippedLike({ outcome, says }: Shown, before: Shown | string | undefined): boolean {
  return outcome === 'skipped' && typeof before === 'object' && before.outcome === 'skipped' && before.says === says;
}

/** What is not known for the reason that another layer failed for does not say it again. */
function saysText({ outcome, says, tookMs }: Shown, failing: Shown | string | undefined): string {
  if (outcome === 'skipped') return `not tried: ${prose(says)}`;
  if (outcome === 'unknown' && typeof failing === 'object' && says === failing.says) return `not known while ${plain(failing.title)} fails`;
  return `${dated(prose(says))}${tookMs === undefined ? '' : ` · ${Math.round(tookMs)} ms`}`;
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
