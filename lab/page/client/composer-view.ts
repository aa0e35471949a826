import { html, nothing, type TemplateResult } from 'lit';
import type { TypedSlash } from '../model/slash.ts';
import type { Suggestion, Suggestions } from '../model/suggestions.ts';
import { icon } from './icons.ts';
import type { Scene } from './state.ts';

export function suggestionsView(
  list: Suggestions,
  active: number,
  failed: boolean,
  take: (suggestion: Suggestion) => void,
): TemplateResult {
  return html`<div class="suggestions" @mousedown=${keepFocus}>
    <div class="suggestions-title">${list.title}</div>
    ${failed ? html`<div class="failure" role="alert">${icon('warning')} Loading options failed</div>` : nothing}
    <div role="listbox" id="suggestions" aria-label=${list.title}>
      ${list.items.map(
        (item, index) =>
          html`<div
            class="suggestion ${index === active ? 'active' : ''}"
            role="option"
            id="suggestion-${index}"
            aria-selected=${index === active}
            @click=${() => take(item)}
          >
            ${item.kind === 'command' ? icon('slash') : nothing}
            <span class="suggestion-text"><b>${item.label}</b>${item.detail === '' ? nothing : html`<small>${item.detail}</small>`}</span>
            ${item.note === '' ? nothing : html`<span class="suggestion-note">${item.note}</span>`}
          </div>`,
      )}
    </div>
  </div>`;
}

/** The typed text once more, in colours, under the transparent text of the field itself. */
export function paintedView(text: string, typed: TypedSlash | undefined): TemplateResult {
  if (typed?.command === undefined) return html`${text}`;
  const end = typed.command.name.length + 1;
  const parts = typed.options.map((each, index) => {
    const until = typed.options[index + 1]?.start ?? text.length;
    return html`<span class="paint-name">${text.slice(each.start, each.valueStart)}</span>${text.slice(each.valueStart, until)}`;
  });
  return html`<span class="paint-command">${text.slice(0, end)}</span>${text.slice(end, typed.options[0]?.start ?? text.length)}${parts}`;
}

/** One line that is always there, so that nothing jumps when it speaks. */
export function statusView(refusal: string, scene: Scene): TemplateResult {
  const { sending, connected } = scene.state;
  const words = connected
    ? sending === undefined
      ? ''
      : `${scene.world.bot.name} is asked: ${sending}`
    : 'The lab is not reachable, trying again…';
  return html`<div class="composer-status" id="composer-status">
    <span role="status">${words}</span>${refusal === '' ? nothing : html`<span class="failure" role="alert">${refusal}</span>`}
  </div>`;
}

function keepFocus(event: Event): void {
  event.preventDefault();
}
