import {
  ComponentType,
  TextInputStyle,
  type APICheckboxGroupComponent,
  type APIRadioGroupComponent,
  type APITextInputComponent,
} from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { isRequired, type ModalPart } from '../model/modal.ts';
import { selectOptions } from './select-options.ts';
import { selectView } from './select.ts';
import type { Scene } from './state.ts';

export interface FieldState {
  readonly scene: Scene;
  readonly value: string | readonly string[];
  readonly fault: string | undefined;
  readonly change: (value: string | readonly string[]) => void;
}

type Field = Extract<ModalPart, { kind: 'field' }>;

export function controlView(field: Field, state: FieldState): TemplateResult {
  const { control, label, description } = field;
  const id = `field-${control.custom_id}`;
  const grouped = control.type === ComponentType.RadioGroup || control.type === ComponentType.CheckboxGroup;
  const words = html`<span class="field-label"
    >${label}${isRequired(control) ? html`<span class="required" aria-hidden="true"> *</span>` : nothing}</span
  >`;
  const hints = html`${description === '' ? nothing : html`<small id="${id}-hint">${description}</small>`}`;
  const fault = state.fault === undefined ? nothing : html`<small class="failure" id="${id}-fault" role="alert">${state.fault}</small>`;
  if (grouped)
    return html`<fieldset>
      <legend>${words}</legend>
      ${hints}${inputView(field, id, state)}${fault}
    </fieldset>`;
  return html`<div class="modal-field"><label for=${id}>${words}</label>${hints}${inputView(field, id, state)}${fault}</div>`;
}

function inputView({ control, label }: Field, id: string, state: FieldState): TemplateResult {
  switch (control.type) {
    case ComponentType.TextInput:
      return textView(control, id, state);
    case ComponentType.RadioGroup:
      return radioView(control, state);
    case ComponentType.CheckboxGroup:
      return checkboxesView(control, state);
    case ComponentType.Checkbox:
      return html`<input
        type="checkbox"
        id=${id}
        .checked=${live(state.value === 'true')}
        @change=${(event: Event) => state.change(String(isChecked(event)))}
      />`;
    case ComponentType.FileUpload:
      return html`<p class="empty">The lab carries no file uploads.</p>`;
    default:
      return selectView({
        name: label,
        placeholder: control.placeholder ?? 'Make a selection',
        options: selectOptions(control, state.scene),
        chosen: chosenOf(state),
        min: control.min_values ?? 1,
        max: control.max_values ?? 1,
        disabled: control.disabled === true,
        invalid: state.fault !== undefined,
        choose: state.change,
      });
  }
}

function textView(input: APITextInputComponent, id: string, state: FieldState): TemplateResult {
  const change = (event: Event): void => state.change(textOf(event));
  const described = state.fault === undefined ? `${id}-hint` : `${id}-fault`;
  const value = String(state.value);
  if (input.style === TextInputStyle.Short)
    return html`<input
      type="text"
      id=${id}
      .value=${live(value)}
      placeholder=${input.placeholder ?? ''}
      aria-required=${isRequired(input)}
      aria-invalid=${state.fault !== undefined}
      aria-describedby=${described}
      autocomplete="off"
      @input=${change}
    />`;
  return html`<textarea
      id=${id}
      rows="4"
      .value=${live(value)}
      placeholder=${input.placeholder ?? ''}
      aria-required=${isRequired(input)}
      aria-invalid=${state.fault !== undefined}
      aria-describedby=${described}
      @input=${change}
    ></textarea>
    ${input.max_length === undefined ? nothing : html`<small class="count">${value.length} / ${input.max_length}</small>`}`;
}

function radioView(group: APIRadioGroupComponent, state: FieldState): TemplateResult {
  const fault = state.fault !== undefined;
  return html`${group.options.map(
    (option) =>
      html`<label class="choice">
        <input
          type="radio"
          name=${group.custom_id}
          value=${option.value}
          .checked=${live(state.value === option.value)}
          aria-invalid=${fault}
          @change=${() => state.change(option.value)}
        />
        <span>${option.label}${option.description === undefined ? nothing : html`<small>${option.description}</small>`}</span>
      </label>`,
  )}`;
}

function checkboxesView(group: APICheckboxGroupComponent, state: FieldState): TemplateResult {
  const chosen = chosenOf(state);
  const toggle = (value: string, on: boolean): void => state.change(on ? [...chosen, value] : chosen.filter((each) => each !== value));
  return html`${group.options.map(
    (option) =>
      html`<label class="choice">
        <input
          type="checkbox"
          value=${option.value}
          .checked=${live(chosen.includes(option.value))}
          @change=${(event: Event) => toggle(option.value, isChecked(event))}
        />
        <span>${option.label}${option.description === undefined ? nothing : html`<small>${option.description}</small>`}</span>
      </label>`,
  )}`;
}

function chosenOf(state: FieldState): readonly string[] {
  return typeof state.value === 'string' ? [] : state.value;
}

function textOf(event: Event): string {
  const { target } = event;
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target.value : '';
}

function isChecked(event: Event): boolean {
  return event.target instanceof HTMLInputElement && event.target.checked;
}
