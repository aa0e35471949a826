import { html, LitElement, type TemplateResult } from 'lit';
import type { TimeStyle } from '../model/markdown.ts';
import { formatMessageTime, formatTimestamp } from '../model/time.ts';
import { labNow, onTick } from './ticker.ts';

/** `head` is the time in a message's head; `clock` is the lab's clock itself. */
type Look = TimeStyle | 'head' | 'clock';

/** An instant that ages by itself, by the lab's clock, without the page being drawn again. */
class LabTime extends LitElement {
  static override properties = { at: { type: Number }, look: { type: String } };
  declare at: number;
  declare look: Look;
  #stop: (() => void) | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onTick(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  override render(): TemplateResult {
    const at = this.look === 'clock' ? labNow() : this.at;
    const instant = Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : '';
    return html`<time datetime=${instant} title=${formatTimestamp(at, 'F', at)}>${this.#words(at)}</time>`;
  }

  #words(at: number): string {
    if (this.look === 'clock') return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    return this.look === 'head' ? formatMessageTime(at, labNow()) : formatTimestamp(at, this.look, labNow());
  }
}

customElements.define('lab-time', LabTime);

export function timeView(at: number, look: Look): TemplateResult {
  return html`<lab-time .at=${at} .look=${look}></lab-time>`;
}
