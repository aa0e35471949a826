import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProxySetup } from '../../src/mesh/setup.ts';
import { createDialer } from '../../src/probes/dial.ts';
import { greetProxy } from '../../src/probes/socks-greeting.ts';
import { HandClock } from './hand-clock.ts';
import { HOST, Listeners } from './listeners.ts';

const WITHIN = 3_000;
let listeners: Listeners;
let clock: HandClock;

beforeEach(() => {
  listeners = new Listeners();
  clock = new HandClock();
});

afterEach(() => listeners.stop());

function greet(port: number, signal = new AbortController().signal): Promise<ProxySetup> {
  const dialer = createDialer({ proxy: undefined, connectWithinMs: 2_000, clock });
  return greetProxy({ host: HOST, port }, { dialer, clock, withinMs: WITHIN }, signal);
}

/** Answers a greeting with these bytes, each by itself. */
async function answering(...bytes: readonly number[]): Promise<number> {
  return listeners.tcp((socket: Socket) => {
    socket.once('data', () => {
      for (const byte of bytes) socket.write(Buffer.from([byte]));
    });
  });
}

const CONNECTED = { ok: true, tookMs: 0 } as const;

describe('a greeting', () => {
  it('is the one of SOCKS5 without a password, and nothing follows it', async () => {
    const heard: Buffer[] = [];
    const port = await listeners.tcp((socket) => {
      socket.on('data', (part: Buffer) => {
        heard.push(part);
        socket.write(Buffer.from([5, 0]));
      });
    });
    expect(await greet(port)).toEqual({ connect: CONNECTED, answer: 'taken' });
    await listeners.empty();
    expect([Buffer.concat(heard).toString('hex'), clock.timers]).toEqual(['050100', 0]);
  });

  it.each([
    [[5, 0], 'taken'],
    [[5, 255], 'asksPassword'],
    [[5, 2], 'asksPassword'],
    [[72, 84], 'noSocks'],
    [[4, 0], 'noSocks'],
  ])('answered with %j', async (bytes, answer) => {
    expect(await greet(await answering(...bytes))).toEqual({ connect: CONNECTED, answer });
    await listeners.empty();
  });

  it('to somebody who hangs up', async () => {
    const port = await listeners.tcp((socket) => socket.once('data', () => socket.end()));
    expect(await greet(port)).toEqual({ connect: CONNECTED, answer: 'noSocks' });
  });

  it('to somebody who says nothing ends at its deadline', async () => {
    const greeting = greet(await answering());
    await clock.waiting(WITHIN);
    clock.advance(WITHIN);
    expect(await greeting).toEqual({ connect: CONNECTED, answer: 'silent' });
    await listeners.empty();
  });

  it('that nobody waits for any more ends at once', async () => {
    const caller = new AbortController();
    const greeting = greet(await answering(), caller.signal);
    await clock.waiting(WITHIN);
    caller.abort();
    expect([await greeting, clock.timers]).toEqual([{ connect: CONNECTED, answer: 'silent' }, 0]);
  });

  it('to nobody', async () => {
    const port = await listeners.closedPort();
    expect(await greet(port)).toEqual({
      connect: { ok: false, failure: { kind: 'refused', tookMs: 0, withinMs: 2_000, detail: `connect ECONNREFUSED ${HOST}:${port}` } },
      answer: undefined,
    });
  });
});
