import { ButtonStyle, type APIButtonComponent } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icons.ts';
import type { MessageContext } from './message-context.ts';
import { emojiText } from './select-options.ts';

const looks: Record<number, string> = {
  [ButtonStyle.Primary]: 'primary',
  [ButtonStyle.Secondary]: 'secondary',
  [ButtonStyle.Success]: 'success',
  [ButtonStyle.Danger]: 'danger',
};

/** While the bot has not answered, the label gives way to three dots and a second press does nothing. */
export function buttonView(button: APIButtonComponent, context: MessageContext): TemplateResult {
  if ('url' in button) {
    const inside = labelView(button);
    if (button.disabled === true) return html`<button type="button" class="button link" disabled>${inside}${icon('external')}</button>`;
    return html`<a class="button link" href=${button.url} target="_blank" rel="noopener noreferrer">${inside}${icon('external')}</a>`;
  }
  if ('sku_id' in button) return html`<button type="button" class="button secondary" disabled>Premium</button>`;
  const { message, act, scene } = context;
  const busy = scene.state.busy.has(`${message.id} ${button.custom_id}`);
  return html`<button
    type="button"
    class="button ${looks[button.style] ?? 'secondary'}"
    ?disabled=${button.disabled === true}
    aria-busy=${busy}
    @click=${() => (busy ? undefined : void act.component(message.id, button.custom_id))}
  >
    ${labelView(button)}${busy ? html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>` : nothing}
  </button>`;
}

function labelView(button: Exclude<APIButtonComponent, { sku_id: string }>): TemplateResult {
  const hidden = button.label === undefined ? nothing : 'true';
  const emoji = button.emoji === undefined ? nothing : html`<span class="emoji" aria-hidden=${hidden}>${emojiText(button.emoji)}</span>`;
  return html`${emoji}<span class="label">${button.label ?? ''}</span>`;
}
