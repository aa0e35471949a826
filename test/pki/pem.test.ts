import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PEM_LENGTH, printPem, readPem } from '../../src/pki/pem.ts';

const ONE = '-----BEGIN CERTIFICATE-----\nAQIDBA==\n-----END CERTIFICATE-----\n';
const BLOCK = { label: 'CERTIFICATE', der: new Uint8Array([1, 2, 3, 4]), headers: [] };

describe('src/pki/pem.ts', () => {
  test('reads blocks with their label, bytes and line', () => {
    expect(readPem(`${ONE}-----BEGIN EC PRIVATE KEY-----\n/w==\n-----END EC PRIVATE KEY-----\n`)).toEqual({
      blocks: [
        { ...BLOCK, line: 1 },
        { label: 'EC PRIVATE KEY', der: new Uint8Array([255]), line: 4, headers: [] },
      ],
      faults: [],
      textOutside: undefined,
      canonical: true,
    });
  });

  test.each<[string, string, { line: number; textOutside?: number }]>([
    ['CRLF', ONE.replaceAll('\n', '\r\n'), { line: 1 }],
    ['no newline at the end', ONE.trimEnd(), { line: 1 }],
    ['an extra newline at the end', `${ONE}\n`, { line: 1 }],
    ['another line width', ONE.replace('AQIDBA==', 'AQID\nBA=='), { line: 1 }],
    ['spaces around the lines of the body', ONE.replace('AQIDBA==', '  AQIDBA== '), { line: 1 }],
    ['text before', `Subject: root\n${ONE}`, { line: 2, textOutside: 1 }],
    ['text after', `${ONE}\n# end\n`, { line: 1, textOutside: 5 }],
  ])('reads a block with %s and says that it is not canonical', (_, text, { line, textOutside }) => {
    expect(readPem(text)).toEqual({ blocks: [{ ...BLOCK, line }], faults: [], textOutside, canonical: false });
  });

  test('names the headers of a block and reads its body', () => {
    const text =
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0011\n\nAQID\n-----END RSA PRIVATE KEY-----\n';
    expect(readPem(text).blocks).toEqual([
      { label: 'RSA PRIVATE KEY', der: new Uint8Array([1, 2, 3]), line: 1, headers: ['Proc-Type', 'DEK-Info'] },
    ]);
  });

  test.each<[string, string, { code: string; line: number; text: string }[]]>([
    ['an END that is missing', '-----BEGIN CERTIFICATE-----\nAQID\n', [truncated(1)]],
    ['a block that is cut off before the next', `-----BEGIN CERTIFICATE-----\nAQID\n${ONE}`, [truncated(1)]],
    ['a doubled BEGIN', `-----BEGIN CERTIFICATE-----\n${ONE}`, [truncated(1)]],
    ['a doubled END', `${ONE}-----END CERTIFICATE-----\n`, [{ code: 'truncated', line: 4, text: 'Line 4: END has no BEGIN before it.' }]],
    [
      'an END with another label',
      '-----BEGIN CERTIFICATE-----\nAQID\n-----END PRIVATE KEY-----\n',
      [{ code: 'bad-boundary', line: 3, text: 'Line 3: END does not fit the BEGIN of line 1.' }],
    ],
    [
      'two files that were joined without a newline',
      `${ONE.trimEnd()}${ONE}`,
      [
        {
          code: 'bad-boundary',
          line: 3,
          text: 'Line 3: END and BEGIN stand on one line (two files joined without a newline), so that readers skip both blocks.',
        },
      ],
    ],
    ['an indented BEGIN', ` ${ONE}`, [notAlone(1)]],
    ['a byte order mark', `\uFEFF${ONE}`, [notAlone(1)]],
    ['a body that is no base64', ONE.replace('AQIDBA==', 'AQ!DBA=='), [notBase64(1)]],
    ['a body with bits after its end', ONE.replace('AQIDBA==', 'AQIDBB=='), [notBase64(1)]],
    ['a body that is cut off', ONE.replace('AQIDBA==', 'AQIDB'), [notBase64(1)]],
    ['an empty body', ONE.replace('AQIDBA==\n', ''), [notBase64(1)]],
  ])('finds %s', (_, text, faults) => {
    expect(readPem(text).faults).toEqual(faults);
  });

  test('keeps the blocks around one that cannot be read', () => {
    const read = readPem(`${ONE}-----BEGIN CERTIFICATE-----\nAQID\n${ONE}`);
    expect(read.blocks).toEqual([
      { ...BLOCK, line: 1 },
      { ...BLOCK, line: 6 },
    ]);
    expect(read.faults).toEqual([truncated(4)]);
  });

  test('refuses a text beyond the limit as a whole', () => {
    expect(readPem(ONE.padEnd(MAX_PEM_LENGTH + 1, '\n'))).toEqual({
      blocks: [],
      faults: [{ code: 'too-large', line: undefined, text: 'The text is longer than 1048576 bytes.' }],
      textOutside: undefined,
      canonical: false,
    });
  });

  test('finds each of 8000 unmatched BEGIN lines', () => {
    const { blocks, faults } = readPem('-----BEGIN CERTIFICATE-----\n'.repeat(8000));
    expect(blocks).toEqual([]);
    expect(faults).toEqual(Array.from({ length: 8000 }, (_, index) => truncated(index + 1)));
  });

  test('reads what it prints, and prints the same bytes again', () => {
    const label = fc.constantFrom('CERTIFICATE', 'PRIVATE KEY', 'RSA PRIVATE KEY');
    const blocks = fc.array(fc.record({ label, der: fc.uint8Array({ minLength: 1, maxLength: 300 }) }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(blocks, (given) => {
        const text = given.map((block) => printPem(block.label, block.der)).join('');
        const read = readPem(Buffer.from(text));
        expect(read.blocks.map((block) => ({ label: block.label, der: block.der }))).toEqual(given);
        expect({ faults: read.faults, textOutside: read.textOutside, canonical: read.canonical }).toEqual({
          faults: [],
          textOutside: undefined,
          canonical: true,
        });
      }),
    );
  });

  test('never throws, and calls a text canonical only where printing gives it back', () => {
    const piece = fc.constantFrom(
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      'AQID',
      'BA==',
      '\n',
      '\r\n',
      ' ',
      'a: b',
      '-',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const read = readPem(given);
        expect(read.canonical).toBe(read.blocks.map((block) => printPem(block.label, block.der)).join('') === given);
      }),
    );
  });
});

function truncated(line: number) {
  return { code: 'truncated', line, text: `Line ${line}: the block that begins here has no END.` };
}

function notAlone(line: number) {
  return {
    code: 'bad-boundary',
    line,
    text: `Line ${line}: BEGIN is not alone at the start of its line, so that readers skip the block.`,
  };
}

function notBase64(line: number) {
  return { code: 'bad-base64', line, text: `Line ${line}: the block that begins here is not valid base64.` };
}
