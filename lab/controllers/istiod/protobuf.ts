/** The two messages of `istio.v1.auth.IstioCertificateService` in protobuf (istio: security/v1alpha1/ca.proto). */

/** A request to sign. */
export interface SigningRequest {
  readonly csr: string;
  /** Seconds. */
  readonly validity: number;
  /** True when the caller asks in the name of somebody else. */
  readonly impersonates: boolean;
}

const VARINT = 0;
const BYTES = 2;

function varint(bytes: Buffer, at: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let index = at, shift = 0n; index < bytes.length; index += 1, shift += 7n) {
    const byte = bytes[index] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value: BigInt.asIntN(64, value), next: index + 1 };
  }
  throw new Error('the message ends inside of a number');
}

/** Reads a request: csr is field 1, validity_duration 3, metadata 4. */
export function readRequest(bytes: Buffer): SigningRequest {
  let request: SigningRequest = { csr: '', validity: 0, impersonates: false };
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    const [field, type] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    if (type !== VARINT && type !== BYTES) throw new Error(`the message holds a field of type ${type}`);
    const head = varint(bytes, tag.next);
    const end = type === VARINT ? head.next : head.next + Number(head.value);
    const body = bytes.subarray(head.next, end);
    if (field === 1) request = { ...request, csr: body.toString() };
    if (field === 3) request = { ...request, validity: Number(head.value) };
    if (field === 4) request = { ...request, impersonates: body.includes('ImpersonatedIdentity') };
    at = end;
  }
  return request;
}

function varintBytes(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  return Buffer.from([...bytes, left]);
}

/** Writes an answer: cert_chain is field 1, repeated. */
export function printResponse(chain: readonly string[]): Buffer {
  return Buffer.concat(
    chain.flatMap((element) => {
      const bytes = Buffer.from(element);
      return [Buffer.from([(1 << 3) | BYTES]), varintBytes(bytes.length), bytes];
    }),
  );
}

/** A message behind its head of five bytes: not compressed, and its length. */
export function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The one message of a body. */
export function unframe(body: Buffer): Buffer {
  return body.subarray(5, 5 + (body.length < 5 ? 0 : body.readUInt32BE(1)));
}
