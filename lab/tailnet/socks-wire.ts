/** The wire protocol of SOCKS5 (RFC 1928) as far as a proxy without passwords needs it. */
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Something read from the start of what came, and how long it was. */
interface Read<T> {
  readonly value: T;
  readonly length: number;
}

export interface ConnectRequest {
  /** 1: connect. */
  readonly command: number;
  readonly host: string;
  readonly port: number;
}

/** Answers of the proxy. */
export const SOCKS = { succeeded: 0, generalFailure: 1, commandNotSupported: 7, noAuthentication: 0, noneAcceptable: 0xff } as const;

/** The methods that a client offers; undefined: not all of it is here. */
export function parseGreeting(bytes: Buffer): Read<readonly number[]> | undefined {
  const count = bytes[1];
  if (count === undefined || bytes.length < 2 + count) return undefined;
  return { value: [...bytes.subarray(2, 2 + count)], length: 2 + count };
}

/** What a client asks for; undefined: not all of it is here. */
export function parseRequest(bytes: Buffer): Read<ConnectRequest> | undefined {
  const [, command, , kind, first] = bytes;
  if (command === undefined || first === undefined) return undefined;
  const start = kind === 3 ? 5 : 4;
  const end = start + (kind === 3 ? first : kind === 4 ? 16 : 4);
  if (bytes.length < end + 2) return undefined;
  return { value: { command, host: hostOf(kind, bytes.subarray(start, end)), port: bytes.readUInt16BE(end) }, length: end + 2 };
}

function hostOf(kind: number | undefined, bytes: Buffer): string {
  if (kind === 3) return bytes.toString('latin1');
  if (kind !== 4) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, place) => bytes.readUInt16BE(2 * place).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

export function greetingReply(method: number): Buffer {
  return Buffer.from([5, method]);
}

/** The address that a proxy connected from is of no use to anybody: zeros. */
export function connectReply(code: number): Buffer {
  return Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

/** Reads from a socket until `parse` has what it needs; what came after it stays to be read. Undefined: the socket ended before. */
export async function readAs<T>(
  socket: Socket,
  parse: (bytes: Buffer) => Read<T> | undefined,
  signal: AbortSignal,
): Promise<T | undefined> {
  let held = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed) return undefined;
      await once(socket, 'readable', { signal });
      if (socket.readableLength === 0) return undefined;
    } else {
      held = Buffer.concat([held, chunk]);
      const found = parse(held);
      if (found !== undefined) {
        if (found.length < held.length) socket.unshift(held.subarray(found.length));
        return found.value;
      }
    }
  }
}
