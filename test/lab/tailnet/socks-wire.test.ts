import { describe, expect, it } from 'vitest';
import { connectReply, greetingReply, parseGreeting, parseRequest } from '../../../lab/tailnet/socks-wire.ts';

/** `05 01 00` as bytes. */
function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

describe('the wire protocol of SOCKS5', () => {
  it('reads a greeting, and knows when it has not all of it', () => {
    expect(parseGreeting(bytes('05 02 00 02 05'))).toEqual({ value: [0, 2], length: 4 });
    expect(['', '05', '05 02', '05 02 00'].map((hex) => parseGreeting(bytes(hex)))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it.each([
    ['an IPv4 address', '05 01 00 01 64 40 00 02 3c 53', { command: 1, host: '100.64.0.2', port: 15_443 }],
    ['a name', `05 01 00 03 04 ${Buffer.from('gw-b').toString('hex')} 1f 8d`, { command: 1, host: 'gw-b', port: 8077 }],
    ['an IPv6 address', '05 01 00 04 fd7a 115c a1e0 0000 0000 0000 0000 0002 00 50', { command: 1, host: 'fd7a:115c:a1e0::2', port: 80 }],
    ['another command', '05 02 00 01 64 40 00 02 3c 53', { command: 2, host: '100.64.0.2', port: 15_443 }],
  ])('reads a request for %s, however it is cut into pieces', (_, hex, value) => {
    const whole = bytes(hex);
    const short = Array.from({ length: whole.length }, (_unused, length) => parseRequest(whole.subarray(0, length)));

    expect(parseRequest(Buffer.concat([whole, bytes('16 03')]))).toEqual({ value, length: whole.length });
    expect(short.every((read) => read === undefined)).toEqual(true);
  });

  it('writes its answers', () => {
    expect([greetingReply(0), connectReply(1)].map((reply) => reply.toString('hex'))).toEqual(['0500', '05010001000000000000']);
  });
});
