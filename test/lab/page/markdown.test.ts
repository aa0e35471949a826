import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInline } from '../../../lab/page/model/markdown-inline.ts';
import { parseMarkdown, type Block, type Inline } from '../../../lab/page/model/markdown.ts';

const text = (words: string): Inline => ({ kind: 'text', text: words });
const paragraph = (...children: Inline[]): Block => ({ kind: 'paragraph', children });

describe('lab/page/model/markdown-inline', () => {
  it.each<[string, Inline[]]>([
    ['plain words', [text('plain words')]],
    ['**bold**', [{ kind: 'bold', children: [text('bold')] }]],
    [
      '*italic* and _italic_',
      [{ kind: 'italic', children: [text('italic')] }, text(' and '), { kind: 'italic', children: [text('italic')] }],
    ],
    ['***both***', [{ kind: 'bold', children: [{ kind: 'italic', children: [text('both')] }] }]],
    ['__under__', [{ kind: 'underline', children: [text('under')] }]],
    ['~~gone~~', [{ kind: 'strike', children: [text('gone')] }]],
    ['||hidden||', [{ kind: 'spoiler', children: [text('hidden')] }]],
    ['**a `b*` c**', [{ kind: 'bold', children: [text('a '), { kind: 'code', text: 'b*' }, text(' c')] }]],
    ['``a ` b``', [{ kind: 'code', text: 'a ` b' }]],
    ['`` `a` ``', [{ kind: 'code', text: '`a`' }]],
    ['one\ntwo', [text('one'), { kind: 'break' }, text('two')]],
    ['@everyone @here', [{ kind: 'everyone', text: '@everyone' }, text(' '), { kind: 'everyone', text: '@here' }]],
    ['<:ok:300000000000000009>', [{ kind: 'emoji', text: ':ok:' }]],
    ['</mesh status:300000000000000001>', [{ kind: 'command', text: '/mesh status' }]],
    ['<@100000000000000012>', [{ kind: 'user', id: '100000000000000012' }]],
    ['<@!100000000000000012>', [{ kind: 'user', id: '100000000000000012' }]],
    ['<@&100000000000000012>', [{ kind: 'role', id: '100000000000000012' }]],
    ['<#100000000000000012>', [{ kind: 'channel', id: '100000000000000012' }]],
    ['<t:1795530000>', [{ kind: 'time', at: 1_795_530_000_000, style: 'f' }]],
    ['<t:1795530000:R>', [{ kind: 'time', at: 1_795_530_000_000, style: 'R' }]],
    ['<t:-1:d>', [{ kind: 'time', at: -1000, style: 'd' }]],
    ['[docs](https://a.example/x)', [{ kind: 'link', url: 'https://a.example/x', children: [text('docs')] }]],
    ['<https://a.example>', [{ kind: 'link', url: 'https://a.example', children: [text('https://a.example')] }]],
    [
      'see https://a.example/b.',
      [text('see '), { kind: 'link', url: 'https://a.example/b', children: [text('https://a.example/b')] }, text('.')],
    ],
  ])('reads %s', (source, expected) => {
    expect(parseInline(source)).toEqual(expected);
  });

  it.each([
    ['a lone mark', '2 * 3 and 4 * 5'],
    ['underscores inside a word', 'snake_case_name'],
    ['a mark that is never closed', '**open'],
    ['an unknown style of timestamp', '<t:1:x>'],
    ['a link that is no web address', '[x](javascript:alert)'],
    ['an id that is too short', '<@12>'],
  ])('leaves %s as it was typed', (_, source) => {
    expect(parseInline(source)).toEqual([text(source)]);
  });

  it('takes the mark after a backslash literally', () => {
    expect(parseInline('\\*not\\* \\`this\\` ERR\\_SSL')).toEqual([text('*not* `this` ERR_SSL')]);
  });
});

describe('lab/page/model/markdown', () => {
  it.each<[string, Block[]]>([
    ['', []],
    ['# One', [{ kind: 'heading', level: 1, children: [text('One')] }]],
    ['## Two', [{ kind: 'heading', level: 2, children: [text('Two')] }]],
    ['### Three', [{ kind: 'heading', level: 3, children: [text('Three')] }]],
    ['#### four', [paragraph(text('#### four'))]],
    ['#no space', [paragraph(text('#no space'))]],
    ['-# small', [{ kind: 'subtext', children: [text('small')] }]],
    ['a\n# B\nc', [paragraph(text('a')), { kind: 'heading', level: 1, children: [text('B')] }, paragraph(text('c'))]],
    ['> a\n> b\nc', [{ kind: 'quote', blocks: [paragraph(text('a'), { kind: 'break' }, text('b'))] }, paragraph(text('c'))]],
    ['>>> a\nb', [{ kind: 'quote', blocks: [paragraph(text('a'), { kind: 'break' }, text('b'))] }]],
    ['a\n\nb', [paragraph(text('a'), { kind: 'break' }, { kind: 'break' }, text('b'))]],
    ['```sh\nls -l\n```', [{ kind: 'codeBlock', language: 'sh', text: 'ls -l' }]],
    ['```one line```', [{ kind: 'codeBlock', language: '', text: 'one line' }]],
    [
      'a\n```\n# not a heading\n```\nb',
      [paragraph(text('a')), { kind: 'codeBlock', language: '', text: '# not a heading' }, paragraph(text('b'))],
    ],
  ])('reads %j', (source, expected) => {
    expect(parseMarkdown(source)).toEqual(expected);
  });

  it('nests a list by its indentation and starts a numbered one where it says', () => {
    expect(parseMarkdown('- a\n  - b\n- c\n3. d')).toEqual([
      {
        kind: 'list',
        ordered: false,
        start: 1,
        items: [
          [paragraph(text('a')), { kind: 'list', ordered: false, start: 1, items: [[paragraph(text('b'))]] }],
          [paragraph(text('c'))],
        ],
      },
      { kind: 'list', ordered: true, start: 3, items: [[paragraph(text('d'))]] },
    ]);
  });

  it('reads any text at all, and loses no letter of it', () => {
    const letters = (source: string): string => source.replaceAll(/[^a-z]/g, '');
    const piece = constantFrom(
      'a',
      'b c',
      '\n',
      ' ',
      '*',
      '**',
      '_',
      '__',
      '`',
      '```',
      '~~',
      '||',
      '> ',
      '>>> ',
      '- ',
      '1. ',
      '# ',
      '-# ',
      '\\',
    );
    const shown = (block: unknown): string =>
      JSON.stringify(block, (key, value: unknown) => (key === 'kind' || key === 'language' || key === 'style' ? undefined : value));
    assert(
      property(array(piece, { maxLength: 40 }), (pieces) => {
        const source = pieces.join('');
        const words = [...shown(parseMarkdown(source)).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map((match) =>
          String(JSON.parse(`"${match[1]}"`)),
        );
        const languages = parseMarkdown(source).map((block) => (block.kind === 'codeBlock' ? block.language : ''));
        expect(letters(words.join('') + languages.join('')).length).toBe(letters(source).length);
      }),
    );
  });
});
