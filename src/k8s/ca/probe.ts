import type { CaCluster, IstiodPod } from '../../rotation/model.ts';
import type { ClusterClient } from '../client.ts';
import { observe } from '../collect.ts';
import type { LookOptions, StepContext } from './context.ts';
import { readServedChain } from './served.ts';

/** Asks istiods for the chain that they serve, as far as it is wanted; all of a cluster at once, each with its own deadline. */
export async function probeIstiods(
  { cacerts, istiods }: Pick<CaCluster, 'cacerts' | 'istiods'>,
  probe: LookOptions['probe'],
  context: StepContext & { readonly client: ClusterClient },
): Promise<CaCluster['istiods']> {
  if (!istiods.ok || probe === 'none' || (probe === 'unproved' && isProved(cacerts))) return istiods;
  return { ok: true, value: await Promise.all(istiods.value.map((pod) => probeOne(pod, context))) };
}

/** Where there is no `cacerts` to be proved, or it cannot be read, nobody asks either. */
function isProved(cacerts: CaCluster['cacerts']): boolean {
  if (!cacerts.ok || cacerts.value === null) return true;
  return cacerts.value.record.proved?.contentId === cacerts.value.contentId;
}

async function probeOne(pod: IstiodPod, context: StepContext & { readonly client: ClusterClient }): Promise<IstiodPod> {
  return { ...pod, served: await observe(readServedChain(pod.name, context)) };
}
