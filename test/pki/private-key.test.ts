import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCertificates } from '../../src/pki/certificate.ts';
import { readPrivateKey } from '../../src/pki/private-key.ts';
import { bytesOf, fixtures } from './golden.ts';

const KEYS = Object.entries(fixtures.intermediates).map(([name, { secret }]) => ({ name, ...bytesOf(secret.data) }));
const P256 = keyOf('p256');
const BODY = P256.split('\n').slice(1, -2);

describe('src/pki/private-key.ts', () => {
  test.each(KEYS)('reads the key of the fixture $name, which is that of its certificate', ({ tlsCrt, tlsKey }) => {
    const [certificate] = readCertificates(tlsCrt).certificates;
    const read = readPrivateKey(tlsKey);
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    const { key, pem, ...facts } = read.value;
    expect(facts).toEqual({
      kind: certificate?.keyKind,
      publicKeyFingerprint: certificate?.publicKeyFingerprint,
      canonical: true,
    });
    expect(pem.reveal()).toBe(tlsKey.toString());
    expect(key.reveal().type).toBe('private');
  });

  test('reads a key with CRLF and prints it canonically', () => {
    const read = readPrivateKey(P256.replaceAll('\n', '\r\n'));
    expect(read.ok && { canonical: read.value.canonical, pem: read.value.pem.reveal() }).toEqual({ canonical: false, pem: P256 });
  });

  test('says of a kind that nobody here knows that it is another', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const read = readPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(read.ok && read.value.kind).toBe('other');
  });

  test.each<[string, string, { code: string; line: number | undefined; text: string }]>([
    ['nothing', '', { code: 'no-block', line: undefined, text: 'There is no PEM block in it.' }],
    ['noise', 'x'.repeat(1_000_000), { code: 'no-block', line: undefined, text: 'There is no PEM block in it.' }],
    [
      'more than a Secret can hold',
      'x'.repeat(1_048_577),
      { code: 'too-large', line: undefined, text: 'The text is longer than 1048576 bytes.' },
    ],
    ['two keys', P256 + keyOf('p384'), { code: 'two-keys', line: 6, text: 'There are 2 private keys in it, and only one belongs there.' }],
    ['a doubled key', P256 + P256, { code: 'two-keys', line: 6, text: 'There are 2 private keys in it, and only one belongs there.' }],
    [
      'a certificate',
      certificateOf('p256'),
      { code: 'wrong-block', line: 1, text: 'Line 1: a block CERTIFICATE stands where one private key belongs.' },
    ],
    [
      'a key with its certificate',
      P256 + certificateOf('p256'),
      { code: 'wrong-block', line: 6, text: 'Line 6: a block CERTIFICATE stands where one private key belongs.' },
    ],
    [
      'parameters before the key, which istiod would read instead',
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${P256}`,
      { code: 'wrong-block', line: 1, text: 'Line 1: a block EC PARAMETERS stands where one private key belongs.' },
    ],
    [
      'a public key',
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      { code: 'wrong-block', line: 1, text: 'Line 1: a block PUBLIC KEY stands where one private key belongs.' },
    ],
    ['a PKCS#8 key under a passphrase', encrypted('pkcs8'), passphrase()],
    ['a SEC1 key under a passphrase', encrypted('sec1'), passphrase()],
    [
      'a kind of key that istiod does not read',
      P256.replaceAll('EC PRIVATE', 'DSA PRIVATE'),
      { code: 'wrong-block', line: 1, text: 'A private key DSA PRIVATE KEY is not read by istiod.' },
    ],
    [
      'a key without its end',
      P256.split('\n').slice(0, 3).join('\n'),
      {
        code: 'truncated',
        line: 1,
        text: 'Line 1: the block that begins here has no END.',
      },
    ],
    [
      'a key whose last line is missing',
      P256.replace(`${BODY.at(-1)}\n`, ''),
      { code: 'bad-key', line: 1, text: 'The private key is not DER.' },
    ],
    [
      'a key under the label of another form',
      P256.replaceAll('EC PRIVATE', 'RSA PRIVATE'),
      { code: 'bad-key', line: 1, text: 'The private key is not of the form that its label says.' },
    ],
    ['a key without end', ecPem(Buffer.alloc(70_000)), { code: 'bad-key', line: 1, text: 'The private key is longer than 65536 bytes.' }],
    ['bytes after the key', withBytesAfter(P256), { code: 'bad-key', line: 1, text: 'The private key is not DER.' }],
    [
      'a damaged key whose public half is still that of its certificate',
      damaged(P256),
      { code: 'bad-key', line: 1, text: 'The private key is damaged: what it signs does not verify with its own public half.' },
    ],
    [
      'a key that cannot sign',
      generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      { code: 'bad-key', line: 1, text: 'The private key is damaged: what it signs does not verify with its own public half.' },
    ],
  ])('gives a clear fault for %s', (_, text, fault) => {
    expect(readPrivateKey(text)).toEqual({ ok: false, faults: [fault] });
  });

  test('tells twenty of many faults and counts the others', () => {
    const read = readPrivateKey('-----BEGIN PRIVATE KEY-----\n'.repeat(8000));
    expect(read.ok ? [] : read.faults.map(({ text }) => text).slice(19)).toEqual([
      'Line 20: the block that begins here has no END.',
      'There are 7980 more faults.',
    ]);
  });

  test('shows nothing of a key, whatever is wrong with it and however it is printed', () => {
    const texts = [
      P256,
      P256 + P256,
      certificateOf('p256') + P256,
      damaged(P256),
      withBytesAfter(P256),
      P256.replace(`${BODY.at(-1)}\n`, ''),
    ];
    for (const read of texts.map((text) => readPrivateKey(text))) {
      const shown = `${JSON.stringify(read)}${inspect(read, { depth: 9, showHidden: true })}`;
      expect(BODY.filter((line) => shown.includes(line))).toEqual([]);
    }
  });

  test('survives every flipped bit: the same public half, another key, or one fault, never a throw', () => {
    const der = Buffer.from(BODY.join(''), 'base64');
    fc.assert(
      fc.property(fc.nat(der.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(der);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const read = readPrivateKey(ecPem(flipped));
        expect(read.ok ? ['ok'] : read.faults.map(({ code }) => code)).toEqual([read.ok ? 'ok' : 'bad-key']);
      }),
      { numRuns: 300 },
    );
  });
});

function keyOf(name: string): string {
  return KEYS.find((one) => one.name === name)?.tlsKey.toString() ?? '';
}

function certificateOf(name: string): string {
  return KEYS.find((one) => one.name === name)?.tlsCrt.toString() ?? '';
}

function ecPem(der: Buffer): string {
  return `-----BEGIN EC PRIVATE KEY-----\n${der.toString('base64')}\n-----END EC PRIVATE KEY-----\n`;
}

function withBytesAfter(pem: string): string {
  return ecPem(Buffer.concat([Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64'), Buffer.from([5, 0])]));
}

/** Another scalar beside the same public point: byte 10 of a SEC1 key of P-256 lies in the scalar. */
function damaged(pem: string): string {
  const der = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64');
  der[10] = (der[10] ?? 0) ^ 1;
  return ecPem(der);
}

function encrypted(type: 'pkcs8' | 'sec1'): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'test' }).toString();
}

function passphrase() {
  return { code: 'encrypted', line: 1, text: 'The private key is under a passphrase, and istiod cannot ask for it.' };
}
