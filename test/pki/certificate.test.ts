import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Certificate, printCertificates, readCertificate, readCertificates } from '../../src/pki/certificate.ts';
import { bytesOf, fixtures, recordedCertificates } from './golden.ts';
import { DAY, issue, NOW, x509 } from './issue.ts';

const KEY_KINDS: Readonly<Record<string, string>> = { 'ec prime256v1': 'P-256', 'ec secp384r1': 'P-384' };
const ROOT_PEM = bytesOf(fixtures.root.data).tlsCrt.toString();

describe('src/pki/certificate.ts', () => {
  test('tells every fact of a certificate that cert-manager issued', () => {
    const { certificates, ...rest } = readCertificates(bytesOf(intermediate('p256').secret.data).tlsCrt);
    expect(rest).toEqual({ faults: [], textOutside: undefined, canonical: true });
    expect(certificates).toEqual([
      {
        der: expect.any(Uint8Array),
        fingerprint: 'C6:E1:52:25:45:99:FF:0B:4C:67:9C:D6:B1:2F:8C:69:1E:99:E1:DE:FA:8A:2D:9F:15:8C:46:02:0D:5A:A9:9D',
        subject: 'CN=p256',
        issuer: 'CN=rec-root',
        commonName: 'p256',
        subjectDer: '300f310d300b0603550403130470323536',
        issuerDer: '30133111300f060355040313087265632d726f6f74',
        serial: '6B75778D473A2AA721EF4FB1B06CA85D6AE8CB',
        notBefore: Date.UTC(2026, 10, 22, 16, 34, 24),
        notAfter: Date.UTC(2027, 4, 21, 16, 34, 24),
        isCa: true,
        pathLength: undefined,
        keyUsage: ['digitalSignature', 'keyEncipherment', 'keyCertSign'],
        extendedKeyUsage: undefined,
        subjectKeyId: '00:0B:46:5E:24:D7:5C:62:09:B2:8D:FB:31:83:CF:DC:AA:FE:68:FF',
        authorityKeyId: 'EE:F7:AE:EB:3D:CC:76:70:6F:3D:71:FF:41:62:BD:98:76:C1:E8:57',
        uriNames: [],
        dnsNames: [],
        keyKind: 'P-256',
        publicKeyFingerprint: '95:5E:55:95:E8:60:72:CF:7F:90:DA:5D:A6:93:58:18:F4:F8:0D:C1:42:4E:1F:7F:62:88:AE:C4:10:21:D3:AD',
        signatureAlgorithm: 'ecdsa-with-SHA256',
        selfSigned: false,
      } satisfies Certificate,
    ]);
  });

  test.each(Object.entries(fixtures.intermediates))('reads the certificate of the fixture %s as recorded', (name, recorded) => {
    const { certificates, faults } = readCertificates(bytesOf(recorded.secret.data).tlsCrt);
    const facts = certificates.map(({ fingerprint, notAfter, commonName, keyKind, isCa }) => ({
      fingerprint,
      notAfter,
      commonName,
      keyKind,
      isCa,
    }));
    const keyKind = kindOf(recorded.privateKey);
    expect(faults).toEqual([]);
    expect(facts).toEqual([
      { fingerprint: recorded.certificateSha256, notAfter: Date.parse(recorded.notAfter), commonName: name, keyKind, isCa: true },
    ]);
  });

  test.each([...recordedCertificates('hierarchy'), ...recordedCertificates('guide-wrong-setup')])(
    'reads %s as openssl does',
    (_, { pem, ...recorded }) => {
      const [read] = readCertificates(pem).certificates;
      const extensions = recorded.extensions.join('\n');
      const keyId = (heading: string) => new RegExp(`${heading}:[^\\n]*\\n([0-9A-F:]+)`).exec(extensions)?.[1];
      expect({
        subject: read?.subject,
        issuer: read?.issuer,
        selfSigned: read?.selfSigned,
        lifeSeconds: ((read?.notAfter ?? 0) - (read?.notBefore ?? 0)) / 1000,
        keyKind: read?.keyKind,
        signature: read?.signatureAlgorithm,
        isCa: read?.isCa,
        subjectKeyId: read?.subjectKeyId,
        authorityKeyId: read?.authorityKeyId,
      }).toEqual({
        subject: recorded.subject,
        issuer: recorded.issuer,
        selfSigned: recorded.selfSigned,
        lifeSeconds: recorded.lifeSeconds,
        keyKind: KEY_KINDS[recorded.publicKey],
        signature: recorded.signature,
        isCa: extensions.includes('CA:TRUE'),
        subjectKeyId: keyId('Subject Key Identifier'),
        authorityKeyId: keyId('Authority Key Identifier'),
      });
    },
  );

  test('reads what only other issuers write: names, usages, path length, unknown critical extensions', async () => {
    const root = await issue({ name: 'root' });
    const leaf = await issue({
      name: '',
      by: root,
      ca: false,
      pathLength: 0,
      usage: x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.decipherOnly,
      extendedUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
      more: [
        new x509.SubjectAlternativeNameExtension(
          [
            { type: 'url', value: 'spiffe://cluster.local/ns/a/sa/b' },
            { type: 'dns', value: 'b.a.svc' },
            { type: 'ip', value: '10.0.0.1' },
          ],
          true,
        ),
        new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0])),
        new x509.Extension('1.2.3.5', false, new Uint8Array([5, 0])),
      ],
    });
    const { subject, commonName, isCa, keyUsage, extendedKeyUsage, uriNames, dnsNames, unknownCritical, selfSigned } = leaf.certificate;
    expect({ subject, commonName, isCa, keyUsage, extendedKeyUsage, uriNames, dnsNames, unknownCritical, selfSigned }).toEqual({
      subject: '',
      commonName: undefined,
      isCa: false,
      keyUsage: ['cRLSign', 'decipherOnly'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
      uriNames: ['spiffe://cluster.local/ns/a/sa/b'],
      dnsNames: ['b.a.svc'],
      unknownCritical: ['1.2.3.4'],
      selfSigned: false,
    });
  });

  test('a name equal to the issuer alone makes no certificate self-signed', async () => {
    const root = await issue({ name: 'same' });
    const other = await issue({ name: 'same', by: root });
    expect([root.certificate.selfSigned, other.certificate.selfSigned]).toEqual([true, false]);
  });

  test('a signature of its own key under another name makes no certificate self-signed either', async () => {
    const root = await issue({ name: 'root' });
    const renamed = await issue({ name: 'renamed', by: root, keys: root.keys });
    expect(renamed.certificate.selfSigned).toBe(false);
  });

  test('refuses a certificate that carries one extension twice', async () => {
    const { keys } = await issue({ name: 'key' });
    const twice = [new x509.BasicConstraintsExtension(true), new x509.BasicConstraintsExtension(false)];
    const native = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=x',
      keys,
      notBefore: new Date(NOW),
      notAfter: new Date(NOW + DAY),
      extensions: twice,
    });
    expect(readCertificate(new Uint8Array(native.rawData))).toEqual({
      ok: false,
      faults: [{ code: 'bad-certificate', line: undefined, text: 'The certificate carries one extension twice.' }],
    });
  });

  test.each<[string, NonNullable<ConstructorParameters<typeof x509.Name>[0]>, string, string | undefined]>([
    ['order', [{ C: ['NL'] }, { O: ['home'] }, { CN: ['root'] }], 'CN=root,O=home,C=NL', 'root'],
    ['special characters', [{ CN: [{ utf8String: 'a,b+c"d\\e<f>;' }] }], String.raw`CN=a\,b\+c\"d\\e\<f\>\;`, 'a,b+c"d\\e<f>;'],
    ['spaces and # at the ends', [{ CN: [{ utf8String: '#a ' }] }], String.raw`CN=\#a\ `, '#a '],
    ['control and direction characters', [{ CN: ['a\nb\u202Ec'] }], String.raw`CN=a\0ab\e2\80\aec`, 'a\nb\u202Ec'],
    ['other scripts', [{ CN: ['Zoë 網'] }], 'CN=Zoë 網', 'Zoë 網'],
    ['an attribute without a short name', [{ '1.2.3.4': ['x'] }], '1.2.3.4=x', undefined],
  ])('prints names as RFC 4514 does: %s', async (_, name, subject, commonName) => {
    const { keys } = await issue({ name: 'key' });
    const native = await x509.X509CertificateGenerator.createSelfSigned({
      name,
      keys,
      notBefore: new Date(NOW),
      notAfter: new Date(NOW + DAY),
    });
    const read = readCertificate(new Uint8Array(native.rawData));
    expect(read.ok ? { subject: read.value.subject, commonName: read.value.commonName } : read.faults).toEqual({ subject, commonName });
  });

  test.each<[string, string, { code: string; line: number | undefined; text: string }[]]>([
    ['nothing', '', [{ code: 'no-block', line: undefined, text: 'There is no PEM block in it.' }]],
    ['noise', 'x'.repeat(1_000_000), [{ code: 'no-block', line: undefined, text: 'There is no PEM block in it.' }]],
    [
      'a private key',
      bytesOf(fixtures.root.data).tlsKey.toString(),
      [{ code: 'private-key', line: 1, text: 'Line 1: a private key stands where certificates belong.' }],
    ],
    [
      'another block',
      pem('X509 CRL', new Uint8Array([5, 0])),
      [{ code: 'wrong-block', line: 1, text: 'Line 1: a block X509 CRL stands where certificates belong.' }],
    ],
    [
      'a block with a label that is no label',
      pem('\u001B[31m', new Uint8Array([5, 0])),
      [{ code: 'wrong-block', line: 1, text: 'Line 1: a block of an unknown kind stands where certificates belong.' }],
    ],
    [
      'a certificate with PEM headers',
      ROOT_PEM.replace('CERTIFICATE-----\n', 'CERTIFICATE-----\nkey: value\n\n'),
      [{ code: 'headers', line: 1, text: 'Line 1: the certificate carries PEM headers.' }],
    ],
    ['bytes that are no DER', pem('CERTIFICATE', new Uint8Array([1, 2, 3])), [bad('is not DER')]],
    ['DER that is no certificate', pem('CERTIFICATE', new Uint8Array([48, 2, 5, 0])), [bad('lacks a part that belongs there')]],
    ['bytes after the certificate', pem('CERTIFICATE', Buffer.concat([rootDer(), Buffer.from([5, 0])])), [bad('is not DER')]],
    ['a certificate that is cut off', pem('CERTIFICATE', rootDer().subarray(0, -1)), [bad('is not DER')]],
    ['a certificate without end', pem('CERTIFICATE', new Uint8Array(70_000)), [bad('is longer than 65536 bytes')]],
  ])('gives a clear fault for %s', (_, text, faults) => {
    expect(readCertificates(text)).toMatchObject({ certificates: [], faults });
  });

  test('tells twenty of many faults in the order of their lines and counts the others', () => {
    const { faults } = readCertificates(`${pem('X', new Uint8Array([5]))}${'-----BEGIN CERTIFICATE-----\n'.repeat(8000)}`);
    expect(faults.map(({ code, line }) => ({ code, line }))).toEqual([
      { code: 'wrong-block', line: 1 },
      ...Array.from({ length: 19 }, (_, index) => ({ code: 'truncated', line: index + 4 })),
      { code: 'more', line: undefined },
    ]);
    expect(faults.at(-1)?.text).toBe('There are 7981 more faults.');
  });

  test('reads 256 blocks and says from which line on it stopped', () => {
    const { certificates, faults } = readCertificates(ROOT_PEM.repeat(258));
    const line = 256 * (ROOT_PEM.split('\n').length - 1) + 1;
    expect(certificates).toHaveLength(256);
    expect(faults).toEqual([{ code: 'too-large', line, text: `Line ${line}: more than 256 blocks; from here on nothing is read.` }]);
  });

  test('keeps the certificates around what it cannot read, with all faults in the order of their lines', () => {
    const broken = pem('CERTIFICATE', new Uint8Array([5, 0]));
    const text = `${ROOT_PEM}-----END CERTIFICATE-----\n${broken}${ROOT_PEM}`;
    const { certificates, faults } = readCertificates(text);
    expect(certificates.map(({ subject }) => subject)).toEqual(['CN=rec-root', 'CN=rec-root']);
    expect(faults.map(({ code, line }) => ({ code, line }))).toEqual([
      { code: 'truncated', line: 11 },
      { code: 'bad-certificate', line: 12 },
    ]);
  });

  test('shows nothing of a private key that stands among certificates', () => {
    const { tlsKey } = bytesOf(fixtures.root.data);
    const shown = JSON.stringify(readCertificates(`${ROOT_PEM}${tlsKey.toString()}`));
    for (const line of tlsKey.toString().split('\n').slice(1, -2)) expect(shown).not.toContain(line);
  });

  test('prints what it read, byte for byte', () => {
    const texts = Object.values(fixtures.intermediates).map(({ secret }) => bytesOf(secret.data).tlsCrt.toString());
    fc.assert(
      fc.property(fc.shuffledSubarray(texts, { minLength: 1 }), (chosen) => {
        const text = chosen.join('');
        expect(printCertificates(readCertificates(text).certificates)).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  test('survives every flipped bit: a certificate with other bytes, or a fault, never a throw', () => {
    const der = rootDer();
    fc.assert(
      fc.property(fc.array(fc.nat(der.length * 8 - 1), { minLength: 1, maxLength: 3 }), (bits) => {
        const flipped = new Uint8Array(der);
        for (const bit of new Set(bits)) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const read = readCertificate(flipped);
        expect(read.ok ? read.value.der : read.faults.map(({ code }) => code)).toEqual(read.ok ? flipped : ['bad-certificate']);
        expect(read.ok && read.value.selfSigned).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('survives a text with any lines left out, doubled or cut', () => {
    const lines = ROOT_PEM.split('\n');
    fc.assert(
      fc.property(fc.array(fc.nat(lines.length - 1), { maxLength: 20 }), fc.nat(80), (order, cut) => {
        const text = order.map((index) => lines[index]).join('\n');
        const { certificates, faults } = readCertificates(text.slice(0, Math.max(0, text.length - cut)));
        expect(certificates.length + faults.length).toBeGreaterThan(0);
      }),
    );
  });
});

function intermediate(name: string) {
  const found = fixtures.intermediates[name];
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found;
}

function kindOf({ algorithm, size }: { algorithm: string | null; size: number | null }): string {
  if (algorithm === 'ECDSA') return `P-${size ?? 256}`;
  return algorithm ?? 'RSA';
}

function rootDer(): Buffer {
  return Buffer.from(ROOT_PEM.replaceAll(/-----[^-]+-----|\n/g, ''), 'base64');
}

function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;
}

function bad(why: string) {
  return { code: 'bad-certificate', line: 1, text: `Line 1: The certificate ${why}.` };
}
