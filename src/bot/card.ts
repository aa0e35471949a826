/** A message as the product thinks of it: what it says and which buttons it has. How Discord draws it is decided here alone. */
import {
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIContainerComponent,
} from 'discord-api-types/v10';

export type Tone = 'good' | 'bad' | 'warn' | 'unknown' | 'plan';

export interface CardButton {
  readonly label: string;
  readonly customId: string;
  readonly style?: 'primary' | 'secondary' | 'danger';
  readonly disabled?: boolean;
}

export interface Card {
  readonly tone: Tone;
  /** One line, without its mark. */
  readonly title: string;
  /** Paragraphs in Discord's markdown, the most important first. The last ones go when it is too long. */
  readonly body: readonly string[];
  /** Small print under the line. */
  readonly footer?: string;
  readonly buttons?: readonly CardButton[];
  /** Where the paragraphs that did not fit can be read; `Details` unless told. */
  readonly rest?: string;
}

export interface CardMessage {
  readonly flags: number;
  readonly components: [APIContainerComponent];
  readonly allowedMentions: { readonly parse: [] };
}

/** The same in the words of Discord's API. */
export interface CardBody extends Pick<CardMessage, 'flags' | 'components'> {
  readonly allowed_mentions: CardMessage['allowedMentions'];
}

/** Over all text of a message with components. https://discord.com/developers/docs/components/reference#text-display */
const MAX_TEXT = 4_000;
/** In one row. https://discord.com/developers/docs/components/reference#action-row */
const MAX_BUTTONS = 5;

const ACCENT: Readonly<Record<Tone, number>> = { good: 0x2e7d32, bad: 0xc62828, warn: 0xb26a00, unknown: 0x546e7a, plan: 0x1565c0 };
const MARK: Readonly<Record<Tone, string>> = { good: '●', bad: '▲', warn: '▲', unknown: '◌', plan: '◇' };
const STYLE = { primary: ButtonStyle.Primary, secondary: ButtonStyle.Secondary, danger: ButtonStyle.Danger } as const;

/** The card as the body of a message. It is never longer than Discord takes: paragraphs that do not fit are counted instead. */
export function toMessage(card: Card): CardMessage {
  const title = `### ${MARK[card.tone]} ${card.title}`;
  const footer = card.footer === undefined ? [] : [`-# ${card.footer}`];
  const body = fitted(card.body, MAX_TEXT - lengthOf([title, ...footer]) - 60, card.rest ?? 'Details');
  const container: APIContainerComponent = {
    type: ComponentType.Container,
    accent_color: ACCENT[card.tone],
    components: [
      { type: ComponentType.TextDisplay, content: [title, ...body].join('\n') },
      ...footer.map((content) => ({ type: ComponentType.TextDisplay as const, content })),
      ...rows(card.buttons ?? []),
    ],
  };
  return { flags: MessageFlags.IsComponentsV2, components: [container], allowedMentions: { parse: [] } };
}

function rows(buttons: readonly CardButton[]): readonly APIActionRowComponent<APIButtonComponentWithCustomId>[] {
  const components = buttons.slice(0, MAX_BUTTONS).map((button) => ({
    type: ComponentType.Button as const,
    style: STYLE[button.style ?? 'secondary'],
    label: button.label,
    custom_id: button.customId,
    ...(button.disabled === true ? { disabled: true } : {}),
  }));
  return components.length === 0 ? [] : [{ type: ComponentType.ActionRow, components }];
}

/** Paragraphs from the first on, as many as fit into `room` characters, and how many were left out. */
function fitted(paragraphs: readonly string[], room: number, rest: string): readonly string[] {
  const kept: string[] = [];
  for (const paragraph of paragraphs) {
    if (lengthOf([...kept, paragraph]) > room) {
      const left = paragraphs.length - kept.length;
      return kept.length === 0
        ? [`${cut(paragraph, room)}…`]
        : [...kept, `-# and ${left} more ${left === 1 ? 'line' : 'lines'} in ${rest}`];
    }
    kept.push(paragraph);
  }
  return kept;
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, 0);
}

/** At most `length` UTF-16 units, never half a character. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

/** The card as the body of a call that is made without discord.js in between. */
export function toBody(card: Card): CardBody {
  const { flags, components, allowedMentions } = toMessage(card);
  return { flags, components, allowed_mentions: allowedMentions };
}

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const MAX_CONTENT = 2_000;

/** The card as plain text, for a message that carries no components. */
export function toText({ tone, title, body, footer, rest }: Card): string {
  const head = `### ${MARK[tone]} ${title}`;
  const foot = footer === undefined ? [] : [`-# ${footer}`];
  return [head, ...fitted(body, MAX_CONTENT - lengthOf([head, ...foot]) - 60, rest ?? 'Details'), ...foot].join('\n');
}

/** Text from elsewhere (names, error texts) so that Discord shows it as it is: no markdown, no mention. */
export function plain(text: string): string {
  return text
    .replaceAll(/[\\*_~`|[\]<]/g, String.raw`\$&`)
    .replaceAll(/^(?=[>#-])/gm, '\\')
    .replaceAll('@', '@\u200B');
}

/** A text of ours that may hold `code` in backquotes and names from elsewhere: only the code keeps its form. */
export function prose(text: string): string {
  return text
    .split(/(`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : plain(part)))
    .join('');
}

/** An instant that the reader's client shows relative to now and keeps right by itself. */
export function relativeTime(instant: number): string {
  return `<t:${Math.floor(instant / 1_000)}:R>`;
}

/** An instant as the time of day, to the second, in the reader's own zone. */
export function timeOfDay(instant: number): string {
  return `<t:${Math.floor(instant / 1_000)}:T>`;
}

/** An instant as date and time in the reader's own zone. */
export function dateTime(instant: number): string {
  return `<t:${Math.floor(instant / 1_000)}:f>`;
}
