import type { CacertsFacts } from '../../pki/cacerts.ts';
import { inspectCacerts } from '../../pki/cacerts.ts';
import { SECRETS } from '../resources.ts';
import { SecretObject } from './objects.ts';
import { orMissing, shaped, type Reading } from './reading.ts';

/** The Secret `cacerts` of a cluster; null where there is none. Its private key is reduced to the fingerprint of its public half here. */
export async function readCacerts(reading: Reading, namespace: string): Promise<CacertsFacts | null> {
  const object = await orMissing(reading.client.get(SECRETS, { namespace, name: 'cacerts' }, { signal: reading.signal }));
  return object === undefined ? null : inspectCacerts(shaped(SecretObject, object, 'the Secret cacerts', reading).data);
}
