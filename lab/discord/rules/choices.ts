import type { APIApplicationCommandOptionChoice } from 'discord-api-types/v10';
import { Form } from '../refusal.ts';

/** Discord's rules for the answers to an autocompletion. */
export function checkChoices(choices: readonly APIApplicationCommandOptionChoice[]): void {
  const form = new Form();
  if (choices.length > 25) form.add(['data', 'choices'], 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.');
  choices.forEach((choice, index) => {
    if (choice.name === '') form.add(['data', 'choices', index, 'name'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
    form.max(['data', 'choices', index, 'name'], choice.name, 100);
    form.max(['data', 'choices', index, 'value'], choice.value, 100);
  });
  form.done();
}
