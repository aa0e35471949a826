/** What a recording says of its certificates, against those that the lab issued in their places. */
import { X509Certificate } from 'node:crypto';
import { readCertificates } from '../../../src/pki/certificate.ts';
import type { Identities } from './identity.ts';
import type { Recording } from './recording.ts';

const USAGES: Readonly<Record<string, string>> = {
  digitalSignature: 'Digital Signature',
  keyEncipherment: 'Key Encipherment',
  keyCertSign: 'Certificate Sign',
  cRLSign: 'CRL Sign',
};

/** One line for each certificate that is not what was recorded. */
export function certificateProblems({ certificates }: Recording, identities: Identities): string[] {
  return identities.certificates().flatMap(([name, pem]) => {
    const recorded = certificates[`<${name}>`];
    const [found] = readCertificates(pem).certificates;
    if (recorded === undefined || found === undefined) return [`${name}: not known`];
    const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
    const isCa = recorded.extensions.includes('CA:TRUE');
    const wanted = {
      subject: recorded.subject,
      issuer: recorded.issuer,
      // The recorder calls only authorities so.
      selfSigned: isCa && recorded.selfSigned,
      lifeSeconds: recorded.lifeSeconds,
      key: identities.knows(`key:${recorded.matchesPrivateKey}`) ? `key:${recorded.matchesPrivateKey}` : undefined,
      isCa,
      usage: isCa ? recorded.extensions[1] : undefined,
    };
    const got = {
      subject: found.subject,
      issuer: found.issuer,
      selfSigned: isCa && found.selfSigned,
      lifeSeconds: (found.notAfter - found.notBefore) / 1000,
      key: wanted.key === undefined ? undefined : identities.keyName(spki),
      isCa: found.isCa,
      usage: isCa ? found.keyUsage?.map((usage) => USAGES[usage] ?? usage).join(', ') : undefined,
    };
    return JSON.stringify(wanted) === JSON.stringify(got)
      ? []
      : [`${name}: ${JSON.stringify(wanted)} was recorded, got ${JSON.stringify(got)}`];
  });
}
