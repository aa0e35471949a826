import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import type { Observed } from '../../mesh/model.ts';
import { readCertificates } from '../../pki/certificate.ts';
import type { CaCluster } from '../../rotation/model.ts';
import { orMissing, shaped, type Reading } from '../readers/reading.ts';
import { CONFIG_MAPS } from '../resources.ts';
import { TRUST_BUNDLE, TRUST_BUNDLE_KEY } from './names.ts';

type Published = CaCluster['published'] extends Observed<infer Bundles> ? Bundles : never;

const ConfigMap = z.object({ data: z.record(z.string(), z.string()).default({}) });

/**
 * The trust bundles that istiod publishes, each distinct one once: in all namespaces in one call where the right on that one name is for the whole cluster,
 * else in those that are given.
 */
export async function readPublished(reading: Reading, namespaces: readonly string[]): Promise<Published> {
  const objects = (await listAll(reading)) ?? (await getEach(reading, namespaces));
  const texts = objects.map((object) => shaped(ConfigMap, object, `the ConfigMap ${TRUST_BUNDLE}`, reading).data[TRUST_BUNDLE_KEY] ?? '');
  return [...Map.groupBy(texts, (text) => text)].map(([text, same]) => ({
    certificates: readCertificates(text).certificates,
    namespaces: same.length,
  }));
}

/** Undefined where it is not allowed. */
async function listAll({ client, signal }: Reading): Promise<readonly unknown[] | undefined> {
  try {
    return await client.list(CONFIG_MAPS, { fieldSelector: `metadata.name=${TRUST_BUNDLE}`, signal });
  } catch (error) {
    if (error instanceof OperatorError && error.reason === 'forbidden') return undefined;
    throw error;
  }
}

async function getEach({ client, signal }: Reading, namespaces: readonly string[]): Promise<readonly unknown[]> {
  const found = await Promise.all(
    namespaces.map((namespace) => orMissing(client.get(CONFIG_MAPS, { namespace, name: TRUST_BUNDLE }, { signal }))),
  );
  return found.filter((object) => object !== undefined);
}
