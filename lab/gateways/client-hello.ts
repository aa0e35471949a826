/** Reads the first message of a TLS client, as far as a proxy looks that passes it on: the name and the protocols that are asked for (RFC 8446, 4.1.2). */

/** What a proxy knows of a connection after its first bytes. */
export type FirstBytes =
  /** More of it has to come. */
  | { readonly kind: 'incomplete' }
  /** This is no TLS. */
  | { readonly kind: 'notTls' }
  /** `name` in lower case, as Envoy's inspector reads it; undefined: none was sent. */
  | { readonly kind: 'hello'; readonly name: string | undefined; readonly protocols: readonly string[] };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEAD = 5;
const MESSAGE_HEAD = 4;
/** Version and random number. */
const BEFORE_SESSION = 34;
const SERVER_NAME = 0;
const ALPN = 16;
const INCOMPLETE: FirstBytes = { kind: 'incomplete' };

/** What the bytes that came so far say. The message may be spread over several records, and those over several segments. */
export function readFirstBytes(bytes: Buffer): FirstBytes {
  const type = bytes[0];
  if (type === undefined) return INCOMPLETE;
  if (type !== HANDSHAKE_RECORD || (bytes[1] ?? 3) !== 3) return { kind: 'notTls' };
  const message = handshakeOf(bytes);
  if (message[0] !== undefined && message[0] !== CLIENT_HELLO) return { kind: 'notTls' };
  if (message.length < MESSAGE_HEAD) return INCOMPLETE;
  const body = message.subarray(MESSAGE_HEAD, MESSAGE_HEAD + message.readUIntBE(1, 3));
  if (body.length < message.readUIntBE(1, 3)) return INCOMPLETE;
  const extensions = extensionsOf(body);
  return { kind: 'hello', name: nameIn(extensions.get(SERVER_NAME)), protocols: protocolsIn(extensions.get(ALPN)) };
}

/** What the complete records hold, one after the other. */
function handshakeOf(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + RECORD_HEAD <= bytes.length;) {
    const end = at + RECORD_HEAD + bytes.readUInt16BE(at + 3);
    if (bytes[at] !== HANDSHAKE_RECORD || end > bytes.length) break;
    parts.push(bytes.subarray(at + RECORD_HEAD, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function extensionsOf(body: Buffer): ReadonlyMap<number, Buffer> {
  const reader = new Reader(body.subarray(BEFORE_SESSION));
  reader.take(1);
  reader.take(2);
  reader.take(1);
  const list = new Reader(reader.take(2));
  const found = new Map<number, Buffer>();
  while (!list.done) {
    const type = list.number(2);
    found.set(type, list.take(2));
  }
  return found;
}

function nameIn(extension: Buffer | undefined): string | undefined {
  if (extension === undefined) return undefined;
  const names = new Reader(new Reader(extension).take(2));
  // The type of the name: there is only one.
  names.number(1);
  return names.take(2).toString('latin1').toLowerCase();
}

function protocolsIn(extension: Buffer | undefined): string[] {
  if (extension === undefined) return [];
  const list = new Reader(new Reader(extension).take(2));
  const protocols: string[] = [];
  while (!list.done) protocols.push(list.take(1).toString('latin1'));
  return protocols;
}

/** Goes through vectors with a length in front. What is too short reads as empty. */
class Reader {
  #rest: Buffer;

  constructor(bytes: Buffer) {
    this.#rest = bytes;
  }

  get done(): boolean {
    return this.#rest.length === 0;
  }

  number(size: number): number {
    const value = this.#rest.length < size ? 0 : this.#rest.readUIntBE(0, size);
    this.#rest = this.#rest.subarray(size);
    return value;
  }

  take(lengthSize: number): Buffer {
    const length = this.number(lengthSize);
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}
