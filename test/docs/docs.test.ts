import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/bot/commands/index.ts';
import { flagsByCommand } from './cli.ts';
import { callsOf, commandTable, leadsSomewhere, linksOf, PAGES, read } from './pages.ts';

let cli: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  cli = await flagsByCommand();
});

/** The longest command that a call begins with, and what follows. */
function resolve(call: string): { readonly command: string | undefined; readonly rest: readonly string[] } {
  const words = call.split(/\s+/).filter((word) => word !== '');
  const [first = ''] = words;
  if (first === 'help' || first === '' || first.startsWith('-')) return { command: '', rest: words };
  const names = [words.slice(0, 2).join(' '), first];
  const command = names.find((name) => cli.has(name));
  return { command, rest: words.slice(command?.split(' ').length ?? 0) };
}

function wrongCalls(calls: readonly string[]): readonly string[] {
  return calls.filter((call) => {
    const { command, rest } = resolve(call);
    const flags = rest.filter((word) => word.startsWith('--')).map((word) => word.replace(/[=…].*$/, ''));
    const known = new Set([...(cli.get(command ?? '') ?? []), '--help']);
    const isGroup = [...cli.keys()].some((name) => command !== '' && name.startsWith(`${command} `));
    return command === undefined || isGroup || flags.some((flag) => !known.has(flag));
  });
}

describe('the documents', () => {
  it('there are some, with links', () => {
    expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/set-up.md']));
    expect(PAGES.flatMap((page) => linksOf(page)).length).toBeGreaterThan(15);
  });

  it.each(PAGES)('%s leads only to what is there', (page) => {
    expect(linksOf(page).filter((link) => !leadsSomewhere(link))).toEqual([]);
  });

  it('a link to nothing is noticed', () => {
    const links = ['docs/no-such-page.md', 'README.md#no-such-heading', 'README.md#set-it-up-in-five-steps', 'LICENSE'];
    expect(links.filter((link) => !leadsSomewhere(link))).toEqual(['docs/no-such-page.md', 'README.md#no-such-heading']);
  });

  it.each(PAGES)('%s names only commands and flags that meshwarden has', (page) => {
    expect(wrongCalls(callsOf(page, /(?:^|\.\/run |--rm )meshwarden (?<call>[^#|]+)/))).toEqual([]);
  });

  it('a command or a flag that is not there is noticed', () => {
    const calls = ['stats', 'status --cluster a --jsn', 'commands register', 'start --role=worker', 'commands remove', 'help'];
    expect(wrongCalls(calls)).toEqual(['stats', 'status --cluster a --jsn', 'commands remove']);
  });

  it.each(PAGES)('%s names only commands that ./run has', (page) => {
    const known = new Set(
      [...read('run').matchAll(/^ {2}(?<names>[a-z][a-z |-]*)\)$/gm)].flatMap(({ groups }) => groups?.['names']?.split(' | ') ?? []),
    );
    const calls = callsOf(page, /\.\/run (?<call>[a-z]+)/);
    expect(calls.filter((call) => !known.has(call))).toEqual([]);
  });

  it("the README's table has every command of the bot and of the command line, and no other", () => {
    const rows = commandTable();
    const words = COMMANDS.map(({ name, options }) =>
      ['/mesh', name, ...options.map((option) => (option.required ? `<${option.name}>` : `[${option.name}]`))].join(' '),
    );
    expect(rows.map(({ discord }) => discord).filter((text) => text !== '')).toEqual(words);
    const names = [...cli.keys(), 'help'].filter((name) => name !== '' && ![...cli.keys()].some((other) => other.startsWith(`${name} `)));
    const listed = rows.map(({ terminal }) => terminal.replace(/^meshwarden /, '')).filter((text) => text !== '');
    expect(listed.toSorted()).toEqual(names.toSorted());
  });
});
