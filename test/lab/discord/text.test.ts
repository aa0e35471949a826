import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { messageText } from '../../../lab/discord/text.ts';

function text(about: object): string {
  return messageText({ content: '', embeds: [], attachments: [], components: [], ...about } as unknown as APIMessage);
}

describe('lab/discord/text', () => {
  it.for([
    ['nothing', {}, ''],
    ['content', { content: 'a\nb' }, 'a\nb'],
    [
      'an embed',
      { embeds: [{ title: 'T', description: 'D', fields: [{ name: 'root', value: '9 y' }], footer: { text: 'F' } }] },
      'T\nD\nroot: 9 y\nF',
    ],
    [
      'a row',
      {
        components: [
          {
            type: 1,
            components: [
              { type: 2, label: 'Details' },
              { type: 2, custom_id: 'again' },
            ],
          },
        ],
      },
      '[Details] [again]',
    ],
    ['a select', { components: [{ type: 1, components: [{ type: 3, placeholder: 'Duration' }] }] }, '[Duration ▾]'],
    [
      'a container with a section, a line and a picture',
      {
        components: [
          {
            type: 17,
            components: [
              { type: 9, components: [{ type: 10, content: 'cluster-a' }], accessory: { type: 2, label: 'Details' } },
              { type: 14 },
              { type: 12, items: [{ media: { url: 'http://lab/cdn/attachments/1/2/line.png' } }] },
              { type: 13, file: { url: 'http://lab/cdn/attachments/1/3/report.json' } },
            ],
          },
        ],
      },
      'cluster-a\n[Details]\n<line.png>\n<report.json>',
    ],
    ['a file that no component shows', { content: 'x', attachments: [{ id: '7', filename: 'report.txt' }] }, 'x\n<report.txt>'],
  ] as const)('reads %s', ([, about, expected]) => {
    expect(text(about)).toBe(expected);
  });
});
