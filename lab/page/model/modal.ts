/** A modal's fields in one shape, and what Discord's client checks before it sends them. */
import {
  ComponentType,
  type APIComponentInLabel,
  type APIModalInteractionResponseCallbackData,
  type APITextInputComponent,
} from 'discord-api-types/v10';

export type ModalControl = APIComponentInLabel;

export type ModalPart =
  | { readonly kind: 'text'; readonly content: string }
  | { readonly kind: 'field'; readonly label: string; readonly description: string; readonly control: ModalControl };

/** By custom id. Checkboxes hold `true` or `false` as words. */
export type ModalValues = ReadonlyMap<string, string | readonly string[]>;

export function modalParts(modal: APIModalInteractionResponseCallbackData): ModalPart[] {
  return modal.components.flatMap((component): ModalPart[] => {
    if (component.type === ComponentType.TextDisplay) return [{ kind: 'text', content: component.content }];
    if (component.type === ComponentType.Label)
      return [{ kind: 'field', label: component.label, description: component.description ?? '', control: component.component }];
    return component.components.map((input) => ({ kind: 'field', label: input.label ?? input.custom_id, description: '', control: input }));
  });
}

/** What a field holds before anybody has touched it. */
export function initialValue(control: ModalControl): string | readonly string[] {
  switch (control.type) {
    case ComponentType.TextInput:
      return control.value ?? '';
    case ComponentType.StringSelect:
    case ComponentType.CheckboxGroup:
      return control.options.filter((option) => option.default === true).map((option) => option.value);
    case ComponentType.RadioGroup:
      return control.options.find((option) => option.default === true)?.value ?? '';
    case ComponentType.Checkbox:
      return String(control.default ?? false);
    case ComponentType.FileUpload:
      return [];
    default:
      return (control.default_values ?? []).map((value) => value.id);
  }
}

/** By custom id: what is wrong with it. Empty where it may be sent. */
export function checkModal(parts: readonly ModalPart[], values: ModalValues): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  for (const part of parts) {
    if (part.kind !== 'field') continue;
    const fault = checkField(part.control, values.get(part.control.custom_id) ?? '');
    if (fault !== undefined) faults.set(part.control.custom_id, fault);
  }
  return faults;
}

/** True unless the field says that it may stay empty, which is Discord's default. */
export function isRequired(control: ModalControl): boolean {
  return control.type !== ComponentType.Checkbox && control.required !== false;
}

function checkField(control: ModalControl, value: string | readonly string[]): string | undefined {
  if (control.type === ComponentType.FileUpload) return isRequired(control) ? 'The lab carries no file uploads' : undefined;
  if (value.length === 0) return isRequired(control) ? 'This field is required' : undefined;
  if (control.type === ComponentType.TextInput) return checkText(control, String(value));
  if (control.type === ComponentType.RadioGroup || control.type === ComponentType.Checkbox) return undefined;
  const { min_values: min = 1, max_values: max } = control;
  if (value.length < min) return `Choose at least ${min}`;
  return max !== undefined && value.length > max ? `Choose at most ${max}` : undefined;
}

function checkText(input: APITextInputComponent, value: string): string | undefined {
  const { min_length: min = 0, max_length: max = 4000 } = input;
  if (value.length < min) return `At least ${min} characters`;
  return value.length > max ? `At most ${max} characters` : undefined;
}
