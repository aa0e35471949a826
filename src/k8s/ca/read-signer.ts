import { z } from 'zod';
import { toFailure } from '../../core/errors.ts';
import type { ManagedCertificate, Observed } from '../../mesh/model.ts';
import { assembleCacerts } from '../../pki/assemble-cacerts.ts';
import { inspectCacerts } from '../../pki/cacerts.ts';
import { readCertificates as readPem } from '../../pki/certificate.ts';
import type { CaSource, Generation, RootGeneration, SignerState, SourceSecret } from '../../rotation/model.ts';
import { certificateFacts, CertificateObject, readClusterIssuers } from '../readers/certificates.ts';
import { readDeployments } from '../readers/deployments.ts';
import { orUnknownKind, shaped, type Reading } from '../readers/reading.ts';
import { CERTIFICATES } from '../resources.ts';
import type { AuthorityTarget } from '../target.ts';
import { generationOf, inGeneration } from './names.ts';
import { bytesOf, readSecret, type WholeSecret } from './wire.ts';

/** The label that every controller Deployment of cert-manager carries, whatever its release is called. */
const CONTROLLER = 'app.kubernetes.io/name=cert-manager';

interface Identified {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly facts: ManagedCertificate;
}

/** The signer cluster: every generation of roots, issuers and intermediates, and what each source holds, its key reduced at once. */
export async function readSigner(reading: Reading, target: AuthorityTarget): Promise<SignerState> {
  const { root, issuer, intermediates } = target;
  const namespaces = [...new Set([root.namespace, ...intermediates.map(({ namespace }) => namespace)])];
  const [deployments, issuers, ...lists] = await Promise.all([
    readDeployments(reading, root.namespace, CONTROLLER),
    orUnknownKind(readClusterIssuers(reading)),
    ...namespaces.map((namespace) => readIdentified(reading, namespace)),
  ]);
  const certificates = new Map(
    lists.flat().map((certificate) => [`${certificate.facts.namespace}/${certificate.facts.name}`, certificate]),
  );
  const names = {
    roots: [...certificates.values()].filter(({ facts }) => facts.namespace === root.namespace).map(({ facts }) => facts.name),
    issuers: (issuers ?? []).map(({ name }) => name),
  };
  const found = [
    ...names.roots.map((name) => generationOf(root.certificate, name)),
    ...names.issuers.map((name) => generationOf(issuer, name)),
  ];
  const generations = [...new Set<Generation>([1, ...found.filter((one) => one !== undefined)])].sort((a, b) => a - b);
  return {
    available: issuers !== undefined && deployments.some(({ available }) => available > 0),
    generations: generations.map((generation): RootGeneration => {
      const name = inGeneration(root.certificate, generation);
      const issuerName = inGeneration(issuer, generation);
      return {
        generation,
        root: { namespace: root.namespace, name },
        certificate: certificates.get(`${root.namespace}/${name}`)?.facts ?? null,
        issuerName,
        issuer: issuers?.find((one) => one.name === issuerName) ?? null,
      };
    }),
    sources: await Promise.all(
      generations.flatMap((generation) =>
        intermediates.map(({ cluster, namespace, certificate }): Promise<CaSource> => {
          const object = { namespace, name: inGeneration(certificate, generation) };
          return readSource(reading, {
            cluster,
            generation,
            object,
            certificate: identified(certificates.get(`${namespace}/${object.name}`)),
          });
        }),
      ),
    ),
  };
}

const Identity = z.object({ metadata: z.object({ uid: z.string(), resourceVersion: z.string() }) });

async function readIdentified(reading: Reading, namespace: string): Promise<readonly Identified[]> {
  const items = (await orUnknownKind(reading.client.list(CERTIFICATES, { namespace, signal: reading.signal }))) ?? [];
  return items.map((item) => {
    const { uid, resourceVersion } = shaped(Identity, item, 'a Certificate', reading).metadata;
    return { uid, resourceVersion, facts: certificateFacts(shaped(CertificateObject, item, 'a Certificate', reading)) };
  });
}

function identified(certificate: Identified | undefined): CaSource['certificate'] {
  if (certificate === undefined) return null;
  const { facts, uid, resourceVersion } = certificate;
  return { ...facts, uid, resourceVersion };
}

async function readSource(reading: Reading, source: Omit<CaSource, 'secret'>): Promise<CaSource> {
  if (source.certificate === null) return { ...source, secret: { ok: true, value: null } };
  return { ...source, secret: await observeSecret(reading, source.object.namespace, source.certificate.secretName) };
}

/** A right on one Secret that is missing says nothing of the others. */
async function observeSecret({ client, signal }: Reading, namespace: string, name: string): Promise<Observed<SourceSecret | null>> {
  try {
    const secret = await readSecret(client, { namespace, name }, signal);
    return { ok: true, value: secret === undefined ? null : sourceSecret(secret) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

/** What a source would make of a `cacerts`. */
function sourceSecret(secret: WholeSecret): SourceSecret {
  const { namespace, name, uid, resourceVersion } = secret.metadata;
  return { namespace, name, uid, resourceVersion, assembly: assemblyOf(bytesOf(secret)) };
}

function assemblyOf(data: Readonly<Record<string, Uint8Array>>): SourceSecret['assembly'] {
  const assembly = assembleCacerts({ tlsCrt: data['tls.crt'], tlsKey: data['tls.key'], caCrt: data['ca.crt'] });
  if (!assembly.ok) return assembly;
  const { files, path } = assembly;
  const [signing] = path;
  if (signing === undefined) return { ok: false, faults: [{ code: 'missing', key: 'tls.crt', text: 'The Secret has no intermediate.' }] };
  const key = files['ca-key.pem'].reveal();
  const facts = inspectCacerts(
    Object.fromEntries(Object.entries({ ...files, 'ca-key.pem': key }).map(([name, text]) => [name, Buffer.from(text)])),
  );
  return { ok: true, signing, path, roots: readPem(files['root-cert.pem']).certificates, facts };
}
