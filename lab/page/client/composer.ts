import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ChannelView } from '../contract.ts';
import { flattenCommands, type CommandView } from '../model/command.ts';
import { parseSlash, type TypedSlash } from '../model/slash.ts';
import { knownChoices, readySlash, type Choice, type Directory } from '../model/slash-values.ts';
import { suggest, type Suggestion, type Suggestions } from '../model/suggestions.ts';
import type { Actions } from './actions.ts';
import { Autocomplete } from './autocomplete.ts';
import { paintedView, statusView, suggestionsView } from './composer-view.ts';
import { icon } from './icons.ts';
import { toNewest } from './scroll.ts';
import type { Scene } from './state.ts';

const nothingYet: Suggestions = { title: '', items: [], eager: false };

/** Where a person writes a command: suggestions above, the status line below, Enter sends. */
class LabComposer extends LitElement {
  static override properties = {
    scene: { attribute: false },
    channel: { attribute: false },
    text: { state: true },
    active: { state: true },
    closed: { state: true },
    refusal: { state: true },
  };
  declare scene: Scene;
  declare channel: ChannelView;
  declare text: string;
  /** The suggestion that Enter takes; -1 where Enter sends. */
  declare active: number;
  declare closed: boolean;
  declare refusal: string;
  act: Actions | undefined;
  readonly #remote = new Autocomplete(() => this.#suggestAgain());
  #suggestions = nothingYet;
  #history: string[] = [];

  constructor() {
    super();
    this.text = '';
    this.active = -1;
    this.closed = true;
    this.refusal = '';
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('channel') && changed.get('channel') !== undefined && changed.get('channel')?.id !== this.channel.id) this.#write('');
  }

  override updated(): void {
    this.querySelector('.suggestion.active')?.scrollIntoView({ block: 'nearest' });
    this.#scrollPaint();
  }

  override render(): TemplateResult {
    const open = !this.closed && (this.#suggestions.items.length > 0 || this.#remote.failed);
    const place = this.channel.parent === undefined ? `#${this.channel.name}` : this.channel.name;
    return html`<form class="composer" @submit=${this.#submit} @focusout=${this.#leave}>
      ${open ? suggestionsView(this.#suggestions, this.active, this.#remote.failed, this.#take) : nothing}
      <div class="composer-box">
        <div class="composer-field">
          <div class="paint" aria-hidden="true">${paintedView(this.text, this.#typed())}</div>
          <input
            id="composer"
            type="text"
            role="combobox"
            aria-label="Command in ${place}"
            aria-autocomplete="list"
            aria-expanded=${open}
            aria-controls="suggestions"
            aria-activedescendant=${open && this.active >= 0 ? `suggestion-${this.active}` : nothing}
            aria-describedby="composer-status"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            enterkeyhint="send"
            placeholder="Type / for commands in ${place}"
            .value=${live(this.text)}
            @input=${this.#input}
            @keydown=${this.#key}
            @scroll=${this.#scrollPaint}
          />
        </div>
        <button type="submit" class="icon-button" aria-label="Send">${icon('send')}</button>
      </div>
      ${statusView(this.refusal, this.scene)}
    </form>`;
  }

  get #commands(): readonly CommandView[] {
    return flattenCommands(this.scene.world.commands);
  }

  get #directory(): Directory {
    const { people, channels } = this.scene.world;
    return { people, channels, roles: this.scene.roles, offered: this.#remote.offered };
  }

  #typed(): TypedSlash | undefined {
    return parseSlash(this.text, this.#commands);
  }

  #write(text: string): void {
    this.text = text;
    this.refusal = text.startsWith('/') && this.#commands.length === 0 ? 'The bot has registered no commands yet' : '';
    this.closed = !text.startsWith('/');
    this.#askBot();
    this.#suggestAgain();
  }

  #askBot(): void {
    const typed = this.#typed();
    const option = typed?.options.at(-1)?.option;
    const remote = typed?.stage === 'value' && option !== undefined && 'autocomplete' in option && option.autocomplete;
    if (!remote || typed.command === undefined || knownChoices(option, this.#directory) !== undefined) this.#remote.stop();
    else this.#remote.ask({ user: this.scene.me.id, channel: this.channel.id }, typed, typed.command, option.name, this.#directory);
  }

  #suggestAgain(): void {
    const typed = this.#typed();
    const remote: readonly Choice[] = this.#remote.choices;
    this.#suggestions = typed === undefined ? nothingYet : suggest(this.text, typed, this.#commands, this.#directory, remote);
    this.active = this.#suggestions.eager && this.#suggestions.items.length > 0 ? 0 : -1;
    this.requestUpdate();
  }

  readonly #input = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) this.#write(event.target.value);
  };

  readonly #take = (suggestion: Suggestion): void => {
    this.#write(suggestion.text);
    this.querySelector('input')?.focus();
  };

  readonly #leave = (event: FocusEvent): void => {
    if (!(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) this.closed = true;
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.isComposing || !this.#handle(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #handle(key: string, shift: boolean): boolean {
    const items = this.closed ? [] : this.#suggestions.items;
    const chosen = items[this.active];
    const tabbed = key === 'Tab' && !shift ? (chosen ?? items[0]) : undefined;
    const entered = key === 'Enter' ? chosen : undefined;
    const taken = tabbed ?? entered;
    if (taken !== undefined) this.#take(taken);
    else if (key === 'Escape' && !this.closed) this.closed = true;
    else if (key === 'ArrowUp' && this.text === '') this.#recall();
    else if (key === 'ArrowDown' || key === 'ArrowUp') this.#move(key === 'ArrowDown' ? 1 : -1);
    else return false;
    return true;
  }

  #move(step: number): void {
    const { items } = this.#suggestions;
    if (this.closed || items.length === 0) {
      this.closed = !this.text.startsWith('/');
      return;
    }
    this.active = (this.active + step + items.length + (this.active < 0 && step < 0 ? 1 : 0)) % items.length;
  }

  #recall(): void {
    const last = this.#history.at(-1);
    if (last !== undefined) this.#write(last);
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    const typed = this.#typed();
    if (typed === undefined) {
      this.refusal = this.text.trim() === '' ? '' : 'The lab carries commands only: type / to see them';
      return;
    }
    const result = readySlash(typed, this.#directory);
    if (result.kind === 'refused') {
      if (result.missing !== undefined) this.#write(`${this.text.trimEnd()} ${result.missing}:`);
      this.refusal = result.reason;
      return;
    }
    this.#history = [...this.#history, this.text];
    const sent = this.text.trim();
    this.#write('');
    toNewest();
    void this.act?.slash(result.path, result.options, sent);
  };

  readonly #scrollPaint = (): void => {
    const paint = this.querySelector('.paint');
    const input = this.querySelector('input');
    if (paint !== null && input !== null) paint.scrollLeft = input.scrollLeft;
  };
}

customElements.define('lab-composer', LabComposer);

export function composerView(channel: ChannelView, scene: Scene, act: Actions): TemplateResult {
  return html`<lab-composer .scene=${scene} .channel=${channel} .act=${act}></lab-composer>`;
}
