import { ApplicationCommandOptionType as Type, ApplicationCommandType, type APIApplicationCommand } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { flattenCommands } from '../../../lab/page/model/command.ts';
import { offeredKey, partialOptions, readySlash, type Directory } from '../../../lab/page/model/slash-values.ts';
import { parseSlash } from '../../../lab/page/model/slash.ts';
import { suggest, type Suggestions } from '../../../lab/page/model/suggestions.ts';

const base = { application_id: '1', version: '1', default_member_permissions: null };
const registered: readonly APIApplicationCommand[] = [
  {
    ...base,
    id: '2',
    type: ApplicationCommandType.ChatInput,
    name: 'mesh',
    description: 'The mesh',
    options: [
      {
        type: Type.Subcommand,
        name: 'silence',
        description: 'Less noise',
        options: [
          { type: Type.String, name: 'reason', description: 'Why', required: true, min_length: 3, max_length: 20 },
          { type: Type.Integer, name: 'hours', description: 'How long', min_value: 1, max_value: 24 },
          { type: Type.User, name: 'by', description: 'Who' },
          { type: Type.Boolean, name: 'quiet', description: 'Tell nobody' },
        ],
      },
      {
        type: Type.SubcommandGroup,
        name: 'ca',
        description: 'The CA',
        options: [
          {
            type: Type.Subcommand,
            name: 'rotate',
            description: 'A new one',
            options: [
              { type: Type.String, name: 'scope', description: 'Which', required: true, choices: [{ name: 'Root', value: 'root' }] },
              { type: Type.String, name: 'cluster', description: 'Where', autocomplete: true },
            ],
          },
        ],
      },
    ],
  },
  { ...base, id: '3', type: ApplicationCommandType.ChatInput, name: 'ping', description: 'Is it there' },
  { ...base, id: '4', type: ApplicationCommandType.User, name: 'About', description: '' },
];
const commands = flattenCommands(registered);
const directory: Directory = {
  people: [{ id: '11', name: 'lena', role: 'operator' }],
  channels: [],
  roles: [],
  offered: new Map([[offeredKey('mesh ca rotate', 'cluster', 'cluster-b (compute)'), 'b']]),
};

function send(text: string): unknown {
  const typed = parseSlash(text, commands);
  return typed === undefined ? undefined : readySlash(typed, directory);
}

function offer(text: string): Suggestions | undefined {
  const typed = parseSlash(text, commands);
  return typed === undefined ? undefined : suggest(text, typed, commands, directory, [{ name: 'cluster-a', value: 'a' }]);
}

describe('lab/page/model/command', () => {
  it('lists each command that can be typed, subcommands of groups included', () => {
    expect(commands.map(({ name, path, description }) => ({ name, path, description }))).toEqual([
      { name: 'mesh ca rotate', path: ['mesh', 'ca', 'rotate'], description: 'A new one' },
      { name: 'mesh silence', path: ['mesh', 'silence'], description: 'Less noise' },
      { name: 'ping', path: ['ping'], description: 'Is it there' },
    ]);
  });
});

describe('lab/page/model/slash-values', () => {
  it.each([
    ['/ping', { kind: 'ready', path: ['ping'], options: [] }],
    ['/ping ', { kind: 'ready', path: ['ping'], options: [] }],
    [
      '/mesh silence reason:planned work hours:4 by:@lena quiet:True',
      {
        kind: 'ready',
        path: ['mesh', 'silence'],
        options: [
          { name: 'reason', value: 'planned work' },
          { name: 'hours', value: 4 },
          { name: 'by', value: '11' },
          { name: 'quiet', value: true },
        ],
      },
    ],
    [
      '/mesh silence reason:see https://x',
      { kind: 'ready', path: ['mesh', 'silence'], options: [{ name: 'reason', value: 'see https://x' }] },
    ],
    [
      '/mesh ca rotate scope:root cluster:cluster-b (compute)',
      {
        kind: 'ready',
        path: ['mesh', 'ca', 'rotate'],
        options: [
          { name: 'scope', value: 'root' },
          { name: 'cluster', value: 'b' },
        ],
      },
    ],
  ])('sends %s', (text, expected) => {
    expect(send(text)).toEqual(expected);
  });

  it.each([
    ['/nothing', { kind: 'refused', reason: 'There is no command /nothing' }],
    ['/mesh', { kind: 'refused', reason: 'There is no command /mesh' }],
    ['/mesh silence', { kind: 'refused', reason: 'reason is required: Why', missing: 'reason' }],
    ['/mesh silence reason:', { kind: 'refused', reason: 'reason is required: Why', missing: 'reason' }],
    ['/ping now', { kind: 'refused', reason: '“now” belongs to no option of /ping' }],
    ['/mesh silence reason:no', { kind: 'refused', reason: 'reason: at least 3 characters' }],
    ['/mesh silence reason:much too long to be true', { kind: 'refused', reason: 'reason: at most 20 characters' }],
    ['/mesh silence reason:work hours:x', { kind: 'refused', reason: 'hours: “x” is no number' }],
    ['/mesh silence reason:work hours:1.5', { kind: 'refused', reason: 'hours: “1.5” is no whole number' }],
    ['/mesh silence reason:work hours:0', { kind: 'refused', reason: 'hours: at least 1' }],
    ['/mesh silence reason:work hours:25', { kind: 'refused', reason: 'hours: at most 24' }],
    ['/mesh silence reason:work by:nobody', { kind: 'refused', reason: 'by: “nobody” is none of its choices' }],
    ['/mesh ca rotate scope:Leaf', { kind: 'refused', reason: 'scope: “Leaf” is none of its choices' }],
  ])('refuses %s', (text, expected) => {
    expect(send(text)).toEqual(expected);
  });

  it('leaves words without a slash alone', () => {
    expect(parseSlash('hello', commands)).toBeUndefined();
  });

  it('asks the bot with what has been typed so far, unfinished options left out', () => {
    const typed = parseSlash('/mesh ca rotate scope:Leaf cluster:clu', commands);
    expect(typed === undefined ? undefined : partialOptions(typed, 'cluster', directory)).toEqual([{ name: 'cluster', value: 'clu' }]);
  });
});

describe('lab/page/model/suggestions', () => {
  it('offers commands by any of their words, the first one taken by Enter', () => {
    expect(offer('/sil')).toEqual({
      title: 'Commands',
      items: [{ kind: 'command', label: '/mesh silence', detail: 'Less noise', note: 'reason hours? by? quiet?', text: '/mesh silence ' }],
      eager: true,
    });
  });

  it('lets Enter send a command that has been typed whole', () => {
    expect(offer('/ping')).toEqual({
      title: 'Commands',
      items: [{ kind: 'command', label: '/ping', detail: 'Is it there', note: '', text: '/ping' }],
      eager: false,
    });
  });

  it('offers the options that are left, required ones first', () => {
    expect(offer('/mesh silence hours:4 ')).toEqual({
      title: 'Options of /mesh silence',
      items: [
        { kind: 'option', label: 'reason', detail: 'Why', note: 'required', text: '/mesh silence hours:4 reason:' },
        { kind: 'option', label: 'by', detail: 'Who', note: 'optional', text: '/mesh silence hours:4 by:' },
        { kind: 'option', label: 'quiet', detail: 'Tell nobody', note: 'optional', text: '/mesh silence hours:4 quiet:' },
      ],
      eager: true,
    });
  });

  it('lets Enter send once only optional options are left', () => {
    expect(offer('/mesh ca rotate scope:Root ')).toEqual({
      title: 'Options of /mesh ca rotate',
      items: [{ kind: 'option', label: 'cluster', detail: 'Where', note: 'optional', text: '/mesh ca rotate scope:Root cluster:' }],
      eager: false,
    });
  });

  it('offers the choices of an option, and what the bot answered where it has none', () => {
    const choice = { kind: 'choice', detail: '', note: '' };
    expect(offer('/mesh ca rotate scope:r')).toEqual({
      title: 'scope · Which',
      items: [{ ...choice, label: 'Root', text: '/mesh ca rotate scope:Root ' }],
      eager: true,
    });
    expect(offer('/mesh ca rotate scope:Root cluster:c')).toEqual({
      title: 'cluster · Where',
      items: [{ ...choice, label: 'cluster-a', text: '/mesh ca rotate scope:Root cluster:cluster-a ' }],
      eager: true,
    });
  });

  it('offers the next option after a word of a free value', () => {
    expect(offer('/mesh silence reason:work ho')?.items).toEqual([
      { kind: 'option', label: 'hours', detail: 'How long', note: 'optional', text: '/mesh silence reason:work hours:' },
    ]);
  });
});
