import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { checkModal, initialValue, modalParts, type ModalPart, type ModalValues } from '../model/modal.ts';
import type { Actions } from './actions.ts';
import { icon } from './icons.ts';
import { markdownView } from './markdown-view.ts';
import { controlView } from './modal-field.ts';
import type { OpenModal, Scene } from './state.ts';

/** The bot's form, over the page. Escape or Cancel closes it without telling the bot, as Discord does. */
class LabModal extends LitElement {
  static override properties = {
    open: { attribute: false },
    scene: { attribute: false },
    values: { state: true },
    faults: { state: true },
  };
  declare open: OpenModal;
  declare scene: Scene;
  declare values: ModalValues;
  declare faults: ReadonlyMap<string, string>;
  act: Actions | undefined;
  /** Set for the one drawing after a refused Submit: only then may the focus be moved. */
  #refused = false;

  override createRenderRoot(): this {
    return this;
  }

  get #parts(): readonly ModalPart[] {
    const { modal } = this.open.answer;
    return modal === undefined ? [] : modalParts(modal);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('open') || changed.get('open')?.answer === this.open.answer) return;
    this.faults = new Map();
    this.values = new Map(
      this.#parts.flatMap((part) => (part.kind === 'field' ? [[part.control.custom_id, initialValue(part.control)] as const] : [])),
    );
  }

  override firstUpdated(): void {
    this.querySelector('dialog')?.showModal();
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('faults') && this.faults.size > 0 && this.#refused) void this.#focusFault();
    this.#refused = false;
  }

  override render(): TemplateResult {
    const { modal } = this.open.answer;
    return html`<dialog class="modal" aria-labelledby="modal-title" @close=${() => this.act?.closeModal()}>
      <form novalidate @submit=${this.#submit}>
        <header>
          <span class="avatar" aria-hidden="true"><img src="/page/icon.svg" alt="" /></span>
          <h2 id="modal-title">${modal?.title ?? ''}</h2>
          <button type="button" class="icon-button" aria-label="Close" @click=${this.#cancel}>${icon('close')}</button>
        </header>
        <p class="warning">This form is sent to ${this.scene.world.bot.name}. Do not share passwords here.</p>
        <div class="fields-list">${this.#parts.map((part) => this.#partView(part))}</div>
        ${this.open.error === undefined ? nothing : html`<p class="failure" role="alert">${icon('warning')} ${this.open.error}</p>`}
        <footer>
          <button type="button" class="button secondary" @click=${this.#cancel}>Cancel</button>
          <button type="submit" class="button primary" ?disabled=${this.open.sending === true}>Submit</button>
        </footer>
      </form>
    </dialog>`;
  }

  #partView(part: ModalPart): TemplateResult {
    if (part.kind === 'text') return html`<div class="markdown">${markdownView(part.content, { scene: this.scene })}</div>`;
    const id = part.control.custom_id;
    return controlView(part, {
      scene: this.scene,
      value: this.values.get(id) ?? '',
      fault: this.faults.get(id),
      change: (value) => {
        this.values = new Map(this.values).set(id, value);
        this.faults = new Map([...this.faults].filter(([each]) => each !== id));
      },
    });
  }

  /** A select menu inside draws itself after the form does. */
  async #focusFault(): Promise<void> {
    await Promise.all([...this.querySelectorAll<LitElement>('lab-select')].map(async (menu) => menu.updateComplete));
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  readonly #cancel = (): void => this.querySelector('dialog')?.close();

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    this.faults = checkModal(this.#parts, this.values);
    this.#refused = this.faults.size > 0;
    if (this.#refused) return;
    void this.act?.submitModal([...this.values].map(([customId, value]) => ({ customId, value })));
  };
}

customElements.define('lab-modal', LabModal);

export function modalView(open: OpenModal, scene: Scene, act: Actions): TemplateResult {
  return html`<lab-modal .open=${open} .scene=${scene} .act=${act}></lab-modal>`;
}
