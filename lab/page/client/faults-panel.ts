import { html, nothing, type TemplateResult } from 'lit';
import type { FaultView } from '../contract.ts';
import { formatOffset } from '../model/time.ts';
import type { Actions } from './actions.ts';
import { closeButton } from './channel-list.ts';
import { icon } from './icons.ts';
import { timeView } from './lab-time.ts';
import type { Scene } from './state.ts';

/** What can be broken and mended in the lab, and the lab's clock. */
export function faultsPanelView(scene: Scene, act: Actions): TemplateResult {
  const { state, world } = scene;
  const groups = [...new Set(state.faults.map((fault) => fault.group))];
  return html`<aside class="faults ${state.drawer === 'faults' ? 'open' : ''}" aria-label="Faults">
    <div class="faults-head">
      <h2>${icon('bolt')} Faults</h2>
      ${closeButton('faults', scene, act)}
    </div>
    <div class="lab-clock">
      ${icon('clock')}<span><b>${timeView(0, 'clock')}</b> UTC<small>lab clock, ${formatOffset(world.clock.offsetMs)}</small></span>
    </div>
    ${state.faultError === undefined ? nothing : html`<p class="failure" role="alert">${icon('warning')} ${state.faultError}</p>`}
    <div class="fault-groups" tabindex="0" role="region" aria-label="List of faults">
      ${groups.map(
        (group) =>
          html`<section aria-label=${group}>
            <h3>${group}</h3>
            ${state.faults.filter((fault) => fault.group === group).map((fault) => faultView(fault, scene, act))}
          </section>`,
      )}
      ${groups.length === 0 ? html`<p class="empty">This lab has no faults to offer.</p>` : nothing}
    </div>
  </aside>`;
}

function faultView(fault: FaultView, scene: Scene, act: Actions): TemplateResult {
  const busy = scene.state.busyFaults.has(fault.id);
  const press = (): void => (busy ? undefined : void act.fault(fault));
  const explain = html`<p id="fault-${fault.id}">${fault.explain}</p>`;
  if (fault.kind === 'action')
    return html`<div class="fault">
      <button type="button" class="button secondary" aria-describedby="fault-${fault.id}" aria-busy=${busy} @click=${press}>
        <span class="label">${fault.title}</span></button
      >${explain}
    </div>`;
  return html`<div class="fault ${fault.on ? 'on' : ''}">
    <button
      type="button"
      class="toggle"
      role="switch"
      aria-checked=${fault.on}
      aria-describedby="fault-${fault.id}"
      aria-busy=${busy}
      @click=${press}
    >
      <span>${fault.title}</span><i class="knob"></i>
    </button>
    ${explain}
  </div>`;
}
