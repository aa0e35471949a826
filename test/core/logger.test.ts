import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLogger, redact, type LogLevel } from '../../src/core/logger.ts';

const PEM = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const BODY = PEM.split('\n')[1] ?? '';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZXNoIn0.c2lnbmF0dXJlLW9mLWl0';

function collect(level: LogLevel = 'debug') {
  const lines: string[] = [];
  return { lines, log: createLogger(level, { write: (line) => lines.push(line) }) };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with its time', () => {
    const { lines, log } = collect();

    log.child({ component: 'jobs' }).warn({ reason: 'timeout' }, 'a job failed');

    const { time, ...rest } = JSON.parse(lines[0] ?? '') as { time: string };
    expect(lines).toHaveLength(1);
    expect(rest).toEqual({ level: 40, component: 'jobs', reason: 'timeout', msg: 'a job failed' });
    expect(new Date(time).toISOString()).toBe(time);
  });

  it.each([
    ['debug', ['d', 'i', 'w', 'e']],
    ['info', ['i', 'w', 'e']],
    ['warn', ['w', 'e']],
    ['error', ['e']],
    ['silent', []],
  ] as const)('at level %s writes %j', (level, expected) => {
    const { lines, log } = collect(level);

    log.debug({}, 'd');
    log.info({}, 'i');
    log.warn({}, 'w');
    log.error({}, 'e');

    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(expected);
  });

  it.each(['token', 'password', 'privateKey', 'kubeconfig', 'authorization', 'tls.key', 'ca-key.pem'])(
    'hides a field named %s at every depth that it knows',
    (name) => {
      const { lines, log } = collect();

      log.info({ [name]: 'value-0', a: { [name]: 'value-1', b: { [name]: 'value-2' } } }, 'fields');

      expect(lines[0]).not.toContain('value-');
    },
  );

  it('cuts out a private key wherever it stands, and leaves a line that can be read', () => {
    const { lines, log } = collect();

    log.error({ err: new Error(`bad input: ${PEM}`), a: { b: { c: { d: PEM } } } }, 'failed');

    expect(lines[0]).not.toContain(BODY);
    expect((JSON.parse(lines[0] ?? '') as { err: { message: string } }).err.message).toBe('bad input: [secret]\n');
  });
});

describe('redact', () => {
  it.each([
    ['a private key', `before ${PEM}after`, 'before [secret]\nafter'],
    ['an older kind of key', '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----', '[secret]'],
    ['a key that was cut short', '-----BEGIN EC PRIVATE KEY-----\nAAAA', '[secret]'],
    ['a token', `Bearer ${JWT} refused`, 'Bearer [secret] refused'],
    [
      'the token of an interaction',
      'POST /interactions/123/aW50ZXJhY3Rpb24/callback?with_response=false',
      'POST /interactions/123/[secret]/callback?with_response=false',
    ],
    ['the token of a webhook', 'PATCH /webhooks/9/abc.def_g/messages/@original', 'PATCH /webhooks/9/[secret]/messages/@original'],
  ])('cuts out %s', (_what, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('leaves certificates and ordinary words', () => {
    const text = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\ntoken of cluster-b expired; /channels/1/messages/2';

    expect(redact(text)).toBe(text);
  });
});
