import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { icon } from './icons.ts';

export interface SelectOption {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  readonly emoji?: string;
}

/** `values` is what was chosen; for several at once it is sent when the list closes, as Discord does. */
export interface SelectSettings {
  readonly name: string;
  readonly placeholder: string;
  readonly options: readonly SelectOption[];
  readonly chosen: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly disabled: boolean;
  /** What was chosen may not be sent. */
  readonly invalid?: boolean;
  readonly choose: (values: readonly string[]) => void;
}

/** A select menu: a button that opens a listbox, worked by mouse, touch or arrow keys. */
class LabSelect extends LitElement {
  static override properties = {
    settings: { attribute: false },
    opened: { state: true },
    chosen: { state: true },
    active: { state: true },
  };
  declare settings: SelectSettings;
  declare opened: boolean;
  declare chosen: readonly string[];
  declare active: number;
  readonly #id = `select-${crypto.randomUUID().slice(0, 8)}`;

  constructor() {
    super();
    this.opened = false;
    this.chosen = [];
    this.active = 0;
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('settings');
    if (changed.has('settings') && before?.chosen.join('\n') !== this.settings.chosen.join('\n')) this.chosen = this.settings.chosen;
  }

  override updated(changed: PropertyValues): void {
    if (this.opened) this.querySelector('.option.active')?.scrollIntoView({ block: 'nearest' });
    if (changed.has('opened') && this.opened) this.querySelector('.listbox')?.scrollIntoView({ block: 'nearest' });
  }

  override render(): TemplateResult {
    const { name, placeholder, options, disabled, max } = this.settings;
    const labels = options.filter((option) => this.chosen.includes(option.value)).map((option) => option.label);
    return html`<div class="select" @focusout=${this.#leave}>
      <button
        type="button"
        class="select-button"
        role="combobox"
        aria-label=${name}
        aria-invalid=${this.settings.invalid === true}
        aria-haspopup="listbox"
        aria-expanded=${this.opened}
        aria-controls=${this.#id}
        aria-activedescendant=${this.opened ? `${this.#id}-${this.active}` : nothing}
        ?disabled=${disabled}
        @click=${this.#toggle}
        @keydown=${this.#key}
      >
        <span class=${labels.length > 0 ? 'chosen' : 'placeholder'}>${labels.length > 0 ? labels.join(', ') : placeholder}</span
        >${icon('down')}
      </button>
      ${
        this.opened
          ? html`<div
              class="listbox"
              role="listbox"
              id=${this.#id}
              aria-label=${name}
              aria-multiselectable=${max > 1}
              @mousedown=${keepFocus}
            >
              ${options.map((option, index) => this.#optionView(option, index))}
              ${options.length === 0 ? html`<div class="empty">Nothing to choose from</div>` : nothing}
            </div>`
          : nothing
      }
    </div>`;
  }

  #optionView(option: SelectOption, index: number): TemplateResult {
    const selected = this.chosen.includes(option.value);
    return html`<div
      class="option ${index === this.active ? 'active' : ''}"
      role="option"
      id="${this.#id}-${index}"
      aria-selected=${selected}
      @click=${() => this.#pick(option.value)}
      @mousemove=${() => (this.active = index)}
    >
      ${option.emoji === undefined ? nothing : html`<span class="emoji" aria-hidden="true">${option.emoji}</span>`}
      <span class="option-text">
        <span>${option.label}</span>${option.description === undefined ? nothing : html`<small>${option.description}</small>`}
      </span>
      ${selected ? icon('check') : nothing}
    </div>`;
  }

  readonly #toggle = (): void => {
    if (this.opened) this.#close();
    else this.#open();
  };

  #open(): void {
    const first = this.settings.options.findIndex((option) => this.chosen.includes(option.value));
    this.active = Math.max(0, first);
    this.opened = true;
  }

  readonly #leave = (event: FocusEvent): void => {
    if (this.opened && !(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) this.#close();
  };

  readonly #key = (event: KeyboardEvent): void => {
    const handled = this.opened ? this.#openKey(event.key) : this.#closedKey(event.key);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #closedKey(key: string): boolean {
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return false;
    this.#open();
    return true;
  }

  #openKey(key: string): boolean {
    const last = this.settings.options.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: Math.min(last, this.active + 1),
      ArrowUp: Math.max(0, this.active - 1),
      Home: 0,
      End: last,
    };
    const move = moves[key];
    const option = this.settings.options[this.active];
    if (move !== undefined) this.active = move;
    else if ((key === 'Enter' || key === ' ') && option !== undefined) this.#pick(option.value);
    else if (key === 'Escape') this.#close();
    else return false;
    return true;
  }

  #pick(value: string): void {
    if (this.settings.max <= 1) {
      this.chosen = [value];
      this.opened = false;
      this.settings.choose(this.chosen);
    } else if (this.chosen.includes(value)) this.chosen = this.chosen.filter((each) => each !== value);
    else if (this.chosen.length < this.settings.max) this.chosen = [...this.chosen, value];
  }

  #close(): void {
    this.opened = false;
    const { max, min, chosen, choose } = this.settings;
    if (max <= 1 || this.chosen.join('\n') === chosen.join('\n')) return;
    if (this.chosen.length >= min) choose(this.chosen);
  }
}

/** A press inside the list must not close it by taking the focus from its button. */
function keepFocus(event: Event): void {
  event.preventDefault();
}

customElements.define('lab-select', LabSelect);

export function selectView(settings: SelectSettings): TemplateResult {
  return html`<lab-select .settings=${settings}></lab-select>`;
}
