import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { CACERTS_KEYS, inspectCacerts } from '../../src/pki/cacerts.ts';
import { readCertificates } from '../../src/pki/certificate.ts';
import { crossCheckCacerts } from '../../src/pki/cross-check-cacerts.ts';
import { bytesOf, fixtures } from './golden.ts';
import { NOW } from './issue.ts';
import { cacertsData, createMeshCa, type MeshCa, pem } from './mesh-ca.ts';

let ca: MeshCa;
beforeAll(async () => {
  ca = await createMeshCa();
});

describe('src/pki/cacerts.ts', () => {
  test('reduces a healthy Secret to facts', () => {
    const data = cacertsData(ca);
    expect(inspectCacerts(data)).toEqual({
      keys: ['ca-cert.pem', 'ca-key.pem', 'cert-chain.pem', 'root-cert.pem'],
      signing: [ca.signing.certificate],
      key: { kind: 'P-256', publicKeyFingerprint: ca.signing.certificate.publicKeyFingerprint },
      chain: [ca.signing.certificate, ca.root.certificate],
      roots: [ca.root.certificate],
      faults: [],
      remarks: [],
      rootBytesSha256: digest(data['root-cert.pem']),
    });
  });

  test('a newline more is other bytes, and a remark, with the same certificates', () => {
    const data = cacertsData(ca, { 'root-cert.pem': `${pem(ca.root)}\n` });
    const { roots, faults, remarks, rootBytesSha256 } = inspectCacerts(data);
    expect({ roots, faults, remarks, rootBytesSha256 }).toEqual({
      roots: [ca.root.certificate],
      faults: [],
      remarks: [{ key: 'root-cert.pem', text: 'It is not printed canonically (64 columns, LF, one newline at the end).' }],
      rootBytesSha256: digest(data['root-cert.pem']),
    });
    expect(rootBytesSha256).not.toBe(inspectCacerts(cacertsData(ca)).rootBytesSha256);
  });

  test('names the line of text between blocks', () => {
    const text = `${pem(ca.signing)}# root\n${pem(ca.root)}`;
    const { chain, remarks } = inspectCacerts(cacertsData(ca, { 'cert-chain.pem': text }));
    expect({ chain, remarks }).toEqual({
      chain: [ca.signing.certificate, ca.root.certificate],
      remarks: [{ key: 'cert-chain.pem', text: `Line ${pem(ca.signing).split('\n').length}: there is text outside the blocks.` }],
    });
  });

  test('of an empty Secret it tells that nothing is there', () => {
    expect(inspectCacerts({})).toEqual({
      keys: [],
      signing: [],
      key: undefined,
      chain: [],
      roots: [],
      faults: [],
      remarks: [],
      rootBytesSha256: undefined,
    });
  });

  test('tells of each key what is wrong with it, all at once', () => {
    const data = cacertsData(ca, {
      'ca-cert.pem': ca.signing.keyPem,
      'ca-key.pem': ca.signing.keyPem + ca.sibling.keyPem,
      'cert-chain.pem': pem(ca.signing).slice(0, -40),
      'root-cert.pem': 'garbage',
    });
    expect(inspectCacerts(data)).toEqual({
      keys: [...CACERTS_KEYS],
      signing: [],
      key: undefined,
      chain: [],
      roots: [],
      faults: [
        { key: 'ca-cert.pem', text: 'Line 1: a private key stands where certificates belong.' },
        { key: 'ca-key.pem', text: 'There are 2 private keys in it, and only one belongs there.' },
        { key: 'cert-chain.pem', text: 'Line 1: the block that begins here has no END.' },
        { key: 'root-cert.pem', text: 'There is no PEM block in it.' },
      ],
      remarks: [],
      rootBytesSha256: digest(data['root-cert.pem']),
    });
  });

  test.each(Object.entries(fixtures.intermediates))('reads the fixture %s written as cacerts', (_, { secret }) => {
    const { tlsCrt, tlsKey, caCrt } = bytesOf(secret.data);
    const chain = readCertificates(Buffer.concat([tlsCrt, caCrt])).certificates;
    const [signing] = chain;
    const facts = inspectCacerts({
      'ca-cert.pem': tlsCrt,
      'ca-key.pem': tlsKey,
      'cert-chain.pem': Buffer.concat([tlsCrt, caCrt]),
      'root-cert.pem': caCrt,
    });
    expect(facts).toEqual({
      keys: [...CACERTS_KEYS],
      signing: [signing],
      key: { kind: signing?.keyKind, publicKeyFingerprint: signing?.publicKeyFingerprint },
      chain,
      roots: chain.slice(1),
      faults: [],
      remarks: [],
      rootBytesSha256: digest(caCrt),
    });
  });

  test('holds nothing of the private key, in whatever key it stands', () => {
    const secrets = ca.signing.keyPem.split('\n').slice(1, -2);
    for (const key of CACERTS_KEYS) {
      const facts = inspectCacerts(cacertsData(ca, { [key]: ca.signing.keyPem, 'ca-crl.pem': ca.signing.keyPem }));
      const faults = crossCheckCacerts(facts, { now: NOW, skewMs: 0 });
      const shown = JSON.stringify({ facts, faults }) + inspect(facts, { depth: 9 });
      expect(secrets.filter((line) => shown.includes(line))).toEqual([]);
    }
  });

  test('gives facts and faults for any bytes in any key, never a throw', () => {
    const piece = fc.constantFrom(pem(ca.root), pem(ca.signing), ca.signing.keyPem, '-----BEGIN CERTIFICATE-----\n', '\r\n', 'x');
    const text = fc.oneof(
      fc.array(piece, { maxLength: 4 }).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array({ maxLength: 200 }),
    );
    const key = fc.constantFrom(...CACERTS_KEYS, 'tls.crt', 'istio-generated');
    fc.assert(
      fc.property(fc.dictionary(key, text), (data) => {
        const facts = inspectCacerts(data);
        expect(facts.keys).toEqual(Object.keys(data).sort());
        expect(crossCheckCacerts(facts, { now: NOW, skewMs: 0 }).filter(({ text: sentence }) => !sentence.endsWith('.'))).toEqual([]);
      }),
    );
  });
});

function digest(bytes: Uint8Array | undefined): string {
  const hex = createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
    .toUpperCase();
  return hex.replaceAll(/(..)(?!$)/g, '$1:');
}
