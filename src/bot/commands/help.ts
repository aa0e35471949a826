import { answerQuietly } from '../acknowledge.ts';
import type { BotCommand } from '../command.ts';
import { roleOf } from '../access.ts';
import { personOf } from '../person.ts';

export const helpCommand: BotCommand = {
  name: 'help',
  describe: 'What you can ask, and what you may',
  role: 'viewer',
  options: [],
  async execute(interaction, { context, commands }) {
    const role = roleOf(personOf(interaction), context.access);
    const lines = commands.map(({ name, describe, options, role: needed }) => {
      const words = options.map((option) => (option.required ? `<${option.name}>` : `[${option.name}]`)).join(' ');
      return `**/mesh ${name}** ${words === '' ? '' : `\`${words}\` `}${describe}${needed === 'viewer' ? '' : ` (${needed})`}`;
    });
    await answerQuietly(interaction, {
      tone: 'good',
      title: 'What you can ask meshwarden',
      body: [...lines, '', `You are ${role ?? 'a stranger'} here. Everything is on the command line too: \`meshwarden help\`.`],
    });
  },
};
