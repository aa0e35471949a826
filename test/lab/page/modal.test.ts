import { ComponentType, TextInputStyle } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { checkModal, initialValue, modalParts, type ModalControl } from '../../../lab/page/model/modal.ts';

const input: ModalControl = { type: ComponentType.TextInput, custom_id: 'name', style: TextInputStyle.Short, min_length: 2, max_length: 4 };
const options = ['a', 'b', 'c'].map((value) => ({ value, label: value }));
const boxes: ModalControl = { type: ComponentType.CheckboxGroup, custom_id: 'boxes', options, min_values: 1, max_values: 2 };
const radio: ModalControl = { type: ComponentType.RadioGroup, custom_id: 'radio', options: [{ value: 'a', label: 'a', default: true }] };
const box: ModalControl = { type: ComponentType.Checkbox, custom_id: 'box', default: true };
const upload: ModalControl = { type: ComponentType.FileUpload, custom_id: 'upload' };
const users: ModalControl = { type: ComponentType.UserSelect, custom_id: 'users', required: false };

function faultOf(control: ModalControl, value: string | readonly string[]): string | undefined {
  return checkModal([{ kind: 'field', label: '', description: '', control }], new Map([[control.custom_id, value]])).get(control.custom_id);
}

describe('lab/page/model/modal', () => {
  it('reads labels, texts and the older rows of text inputs', () => {
    const row = { ...input, label: 'Old' };
    const parts = modalParts({
      custom_id: 'form',
      title: 'Form',
      components: [
        { type: ComponentType.TextDisplay, content: 'Hello' },
        { type: ComponentType.Label, label: 'Choose', description: 'One', component: radio },
        { type: ComponentType.ActionRow, components: [row] },
      ],
    });
    expect(parts).toEqual([
      { kind: 'text', content: 'Hello' },
      { kind: 'field', label: 'Choose', description: 'One', control: radio },
      { kind: 'field', label: 'Old', description: '', control: row },
    ]);
  });

  it('begins with what the bot has filled in', () => {
    const filled = { ...input, value: 'old' };
    expect([filled, input, boxes, radio, box, upload, users].map((control) => initialValue(control))).toEqual([
      'old',
      '',
      [],
      'a',
      'true',
      [],
      [],
    ]);
  });

  it.each<[string, ModalControl, string | readonly string[], string | undefined]>([
    ['a good text', input, 'abc', undefined],
    ['no text', input, '', 'This field is required'],
    ['no text where none is needed', { ...input, required: false }, '', undefined],
    ['a short text', input, 'a', 'At least 2 characters'],
    ['a long text', input, 'abcde', 'At most 4 characters'],
    ['some boxes', boxes, ['a', 'b'], undefined],
    ['no box', boxes, [], 'This field is required'],
    ['too many boxes', boxes, ['a', 'b', 'c'], 'Choose at most 2'],
    ['too few boxes', { ...boxes, min_values: 2 }, ['a'], 'Choose at least 2'],
    ['no radio', radio, '', 'This field is required'],
    ['a box that is off', box, 'false', undefined],
    ['nobody where nobody is needed', users, [], undefined],
    ['a file', upload, [], 'The lab carries no file uploads'],
  ])('judges %s', (_, control, value, expected) => {
    expect(faultOf(control, value)).toBe(expected);
  });
});
