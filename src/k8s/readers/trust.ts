import { z } from 'zod';
import type { PublishedBundle, TrustFacts } from '../../mesh/model.ts';
import { readCertificates } from '../../pki/certificate.ts';
import { CONFIG_MAPS } from '../resources.ts';
import { Named } from './objects.ts';
import { orMissing, shaped, type Reading } from './reading.ts';

/** istiod writes it into every namespace that it serves (domain: istio-ca-root-cert). */
const NAME = 'istio-ca-root-cert';
const KEY = 'root-cert.pem';

const ConfigMap = Named.extend({ data: z.record(z.string(), z.string()).default({}) });

/** The trust bundle that istiod publishes to its own namespace and to one of the applications'. */
export async function readTrust(reading: Reading, istioNamespace: string, application: Promise<string | undefined>): Promise<TrustFacts> {
  const [system, other] = await Promise.all([
    readBundle(reading, istioNamespace),
    application.then(async (namespace) =>
      namespace === undefined ? undefined : { namespace, bundle: await readBundle(reading, namespace) },
    ),
  ]);
  return {
    system,
    application: other?.bundle ?? null,
    missingIn: other?.bundle === null ? other.namespace : undefined,
  };
}

/** The trust bundle that istiod publishes to a namespace; null: there is none. */
export async function readBundle(reading: Reading, namespace: string): Promise<PublishedBundle | null> {
  const object = await orMissing(reading.client.get(CONFIG_MAPS, { namespace, name: NAME }, { signal: reading.signal }));
  if (object === undefined) return null;
  const { data } = shaped(ConfigMap, object, `the ConfigMap ${NAME}`, reading);
  const { certificates, faults } = readCertificates(data[KEY] ?? '');
  return { namespace, certificates, faults: faults.map(({ text }) => text) };
}
