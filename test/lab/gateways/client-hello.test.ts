import { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { readFirstBytes } from '../../../lab/gateways/client-hello.ts';

/** The first message of a client of Node, as it would go over the wire. */
async function firstMessage(options: ConnectionOptions): Promise<Buffer> {
  const written = Promise.withResolvers<Buffer>();
  const wire = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      written.resolve(chunk);
      done();
    },
  });
  const client = connect({ ...options, socket: wire });
  const bytes = await written.promise;
  client.destroy();
  return bytes;
}

const NAMED = { servername: 'outbound_.8080_._.Canary.mesh-canary.svc.cluster.local', ALPNProtocols: ['h2', 'istio'] };

/** The same message in records of so many bytes. */
function inRecords(bytes: Buffer, size: number): Buffer {
  const body = bytes.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    const head = Buffer.from([22, 3, 1, 0, 0]);
    head.writeUInt16BE(part.length, 3);
    records.push(head, part);
  }
  return Buffer.concat(records);
}

describe('readFirstBytes', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('reads name and protocols of a %s client', async (version) => {
    const bytes = await firstMessage({ ...NAMED, minVersion: version, maxVersion: version });

    expect(readFirstBytes(bytes)).toEqual({ kind: 'hello', name: NAMED.servername.toLowerCase(), protocols: ['h2', 'istio'] });
  });

  it('waits until the last byte is there, wherever the message was cut', async () => {
    const bytes = await firstMessage(NAMED);
    const cuts = Array.from({ length: bytes.length }, (_, length) => readFirstBytes(bytes.subarray(0, length)).kind);

    expect(new Set(cuts)).toEqual(new Set(['incomplete']));
  });

  it('reads a message that is spread over records', async () => {
    const bytes = await firstMessage(NAMED);

    expect(readFirstBytes(inRecords(bytes, 100))).toEqual(readFirstBytes(bytes));
  });

  it('says that neither name nor protocols were sent', async () => {
    expect(readFirstBytes(await firstMessage({}))).toEqual({ kind: 'hello', name: undefined, protocols: [] });
  });

  it.each([
    ['a request in clear', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a record of another kind', Buffer.from([23, 3, 3, 0, 1, 0])],
    ['another message of a handshake', Buffer.from([22, 3, 3, 0, 4, 2, 0, 0, 0])],
    ['another protocol with the same first byte', Buffer.from([22, 9])],
  ])('knows %s as no TLS client', (_, bytes) => {
    expect(readFirstBytes(bytes)).toEqual({ kind: 'notTls' });
  });
});
