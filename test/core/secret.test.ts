import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/core/logger.ts';
import { Secret } from '../../src/core/secret.ts';

const VALUE = 'hunter2-hunter2';
const secret = new Secret(VALUE);
const holder = { deep: { list: [secret] } };

function logged(fields: object): string {
  const lines: string[] = [];
  createLogger('debug', { write: (line) => lines.push(line) }).info(fields, 'a line');
  return lines.join('');
}

describe('Secret', () => {
  it('gives its value where it is asked for it', () => {
    expect(secret.reveal()).toBe(VALUE);
    expect(secret.map((text) => text.length).reveal()).toBe(VALUE.length);
  });

  it.each([
    ['String', () => String(secret)],
    ['a template', () => `${secret.toString()}${secret as unknown as string}`],
    ['JSON', () => JSON.stringify(holder)],
    ['inspect', () => inspect(holder, { depth: 9, showHidden: true, getters: true })],
    ['format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['an error', () => inspect(new Error('no', { cause: secret }))],
    ['keys', () => JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret), Object.assign({}, secret)])],
    ['a log line', () => logged({ holder, secret, err: new Error('no', { cause: secret }) })],
    ['a mapped one', () => String(secret.map((text) => text.toUpperCase()))],
  ])('is not shown by %s', (_way, print) => {
    const printed = print();

    expect(printed.toLowerCase()).not.toContain(VALUE);
  });

  it('is shown as itself, so that one sees that there is one', () => {
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual(['[secret]', '"[secret]"', '[secret]']);
  });
});
