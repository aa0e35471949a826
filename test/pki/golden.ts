import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Data = z.object({ 'tls.crt': z.string(), 'tls.key': z.string(), 'ca.crt': z.string() });
const Fixtures = z.object({
  root: z.object({ data: Data }),
  intermediates: z.record(
    z.string(),
    z.object({
      privateKey: z.object({ algorithm: z.string().nullable(), size: z.number().nullable(), encoding: z.string().nullable() }),
      certificateSha256: z.string(),
      notAfter: z.string(),
      secret: z.object({ data: Data }),
    }),
  ),
});
const Recording = z.object({
  certificates: z.record(
    z.string(),
    z.object({
      subject: z.string(),
      issuer: z.string(),
      selfSigned: z.boolean(),
      lifeSeconds: z.number(),
      publicKey: z.string(),
      signature: z.string(),
      extensions: z.array(z.string()),
      pem: z.string(),
    }),
  ),
});

function golden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../golden/cert-manager/${name}.json`, import.meta.url), 'utf8'));
}

/** Secrets that cert-manager 1.21.1 wrote for intermediates in every key form, complete with throw-away keys. */
export const fixtures = Fixtures.parse(golden('fixtures'));

/** The instant at which all of {@link fixtures} are valid: the day after they were recorded. */
export const FIXTURES_AT = Date.UTC(2026, 10, 23, 17);

/** Certificates of a recording, with what openssl says about each. */
export function recordedCertificates(name: 'hierarchy' | 'guide-wrong-setup') {
  return Object.entries(Recording.parse(golden(name)).certificates);
}

/** The data of a recorded Secret as bytes. */
export function bytesOf(data: z.infer<typeof Data>) {
  return {
    tlsCrt: Buffer.from(data['tls.crt'], 'base64'),
    tlsKey: Buffer.from(data['tls.key'], 'base64'),
    caCrt: Buffer.from(data['ca.crt'], 'base64'),
  };
}
