import { html, type TemplateResult } from 'lit';

const colours = ['#5865f2', '#2d7d46', '#b5591f', '#a12d6b', '#1f7a8c', '#7a4fb5'];

/** A picture from the name, so that nothing is loaded: initials on a colour of their own. */
export function avatarView(name: string, bot: boolean): TemplateResult {
  const sum = new TextEncoder().encode(name).reduce((total, byte) => total + byte, 0);
  if (bot) return html`<span class="avatar" aria-hidden="true"><img src="/page/icon.svg" alt="" /></span>`;
  return html`<span class="avatar" aria-hidden="true" .style=${`background: ${colours[sum % colours.length] ?? ''}`}
    >${name.slice(0, 2)}</span
  >`;
}
