import { describe, expect, test } from 'vitest';
import { booleanOf, DerError, instantOf, readDer, smallIntegerOf } from '../../src/pki/der.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const utcTime = (text: string) => hex(`17${text.length.toString(16).padStart(2, '0')}${Buffer.from(text).toString('hex')}`);
const generalizedTime = (text: string) => hex(`18${text.length.toString(16).padStart(2, '0')}${Buffer.from(text).toString('hex')}`);

describe('src/pki/der.ts', () => {
  test.each([
    ['a length that is longer than needed', '30810205 00'],
    ['an integer that is longer than needed', '0202 0001'],
    ['an indefinite length', '3080 0500 0000'],
    ['bytes after the element', '0500 00'],
    ['an element that is cut off', '3003 0500'],
    ['nothing', ''],
  ])('refuses %s', (_, bytes) => {
    expect(() => readDer(hex(bytes.replaceAll(' ', '')))).toThrow(DerError);
  });

  test('reads truth values in their two encodings alone', () => {
    expect([booleanOf(readDer(hex('0101ff'))), booleanOf(readDer(hex('010100')))]).toEqual([true, false]);
    expect(() => booleanOf(readDer(hex('010101')))).toThrow('holds a truth value that is none');
  });

  test('reads small integers that are not negative', () => {
    expect([smallIntegerOf(readDer(hex('020100'))), smallIntegerOf(readDer(hex('02020100')))]).toEqual([0, 256]);
    expect(() => smallIntegerOf(readDer(hex('0201ff')))).toThrow('holds a negative integer');
    expect(() => smallIntegerOf(readDer(hex('02050100000000')))).toThrow('holds an integer out of range');
  });

  test.each<[string, Uint8Array, number]>([
    ['two digits from 50 on', utcTime('500101000000Z'), Date.UTC(1950, 0, 1)],
    ['two digits up to 49', utcTime('491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59)],
    ['four digits', generalizedTime('20500228120000Z'), Date.UTC(2050, 1, 28, 12)],
  ])('reads instants with %s', (_, bytes, expected) => {
    expect(instantOf(readDer(bytes))).toBe(expected);
  });

  test.each<[string, Uint8Array]>([
    ['30 February', utcTime('270230000000Z')],
    ['an hour 25', utcTime('270201250000Z')],
    ['no seconds', utcTime('2702010000Z')],
    ['another zone', utcTime('270201000000+0100')],
    ['four digits in the short form', utcTime('20270201000000Z')],
    ['two digits in the long form', generalizedTime('270201000000Z')],
  ])('refuses an instant with %s', (_, bytes) => {
    expect(() => instantOf(readDer(bytes))).toThrow('holds an instant that is none');
  });
});
