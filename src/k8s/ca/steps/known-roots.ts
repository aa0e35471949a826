import { readCertificates, type Certificate } from '../../../pki/certificate.ts';
import { OperatorError } from '../../../core/errors.ts';
import { CERTIFICATES } from '../../resources.ts';
import { shaped } from '../../readers/reading.ts';
import { CertificateObject } from '../../readers/certificates.ts';
import { signerOf, type StepContext } from '../context.ts';
import { generationOf } from '../names.ts';
import { bytesOf, readSecret, type WholeSecret } from '../wire.ts';

/**
 * Roots that may be written: those of the present `cacerts` and of the source; where that is not enough, those of every generation's sources. The Secret of a
 * root is never read.
 */
export async function knownRoots(
  wanted: readonly string[],
  secret: WholeSecret | undefined,
  own: readonly Certificate[],
  context: StepContext,
): Promise<readonly Certificate[]> {
  const here = [...own, ...rootsIn(secret, 'root-cert.pem')];
  if (wanted.every((fingerprint) => here.some((root) => root.fingerprint === fingerprint))) return here;
  return [...here, ...(await rootsOfSources(context))];
}

function rootsIn(secret: WholeSecret | undefined, key: string): readonly Certificate[] {
  const bytes = secret === undefined ? undefined : bytesOf(secret)[key];
  return bytes === undefined ? [] : readCertificates(bytes).certificates.filter(({ selfSigned, isCa }) => selfSigned && isCa);
}

async function rootsOfSources(context: StepContext): Promise<readonly Certificate[]> {
  const { target, signal } = context;
  const client = signerOf(context);
  const namespaces = [...new Set(target.intermediates.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const items = await client.list(CERTIFICATES, { namespace, signal });
      const certificates = items.map((item) => shaped(CertificateObject, item, 'a Certificate', { client }));
      return certificates.filter(({ metadata }) =>
        target.intermediates.some((one) => one.namespace === namespace && generationOf(one.certificate, metadata.name) !== undefined),
      );
    }),
  );
  const sources = lists.flat().map(({ metadata, spec }) => ({ namespace: metadata.namespace, name: spec.secretName }));
  const secrets = await Promise.all(sources.map((place) => readable(place, context)));
  return secrets.flatMap((secret) => rootsIn(secret, 'ca.crt'));
}

/** One that may not be read can lack nothing but its own root, and then the roots asked for are told as missing. */
async function readable(
  place: { readonly namespace: string; readonly name: string },
  context: StepContext,
): Promise<WholeSecret | undefined> {
  try {
    return await readSecret(signerOf(context), place, context.signal);
  } catch (error) {
    if (error instanceof OperatorError && error.reason === 'forbidden') return undefined;
    throw error;
  }
}
