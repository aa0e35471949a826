import { z } from 'zod';
import { OperatorError } from '../../../core/errors.ts';
import type { CacertsFiles } from '../../../pki/assemble-cacerts.ts';
import { readCertificates } from '../../../pki/certificate.ts';
import { checkCrls } from '../../../pki/crl.ts';
import { shaped } from '../../readers/reading.ts';
import { CONFIG_MAPS } from '../../resources.ts';
import { signerOf, stateNamespace, type StepContext } from '../context.ts';

const KEY = 'ca-crl.pem';
const CrlMap = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** Lists of revoked certificates that an operator supplies. */
export interface SuppliedCrl {
  readonly text: string;
  /** Cluster, namespace and name of the ConfigMap. */
  readonly where: string;
}

/** Undefined where none is asked for. @throws OperatorError with reason `notFound` or `invalid`. */
export async function readCrl(name: string | undefined, context: StepContext): Promise<SuppliedCrl | undefined> {
  if (name === undefined) return undefined;
  const client = signerOf(context);
  const namespace = stateNamespace(context.target);
  const object = await client.get(CONFIG_MAPS, { namespace, name }, { signal: context.signal });
  const text = shaped(CrlMap, object, `the ConfigMap ${name}`, { client }).data[KEY];
  const where = `cluster ${client.cluster}, ConfigMap ${namespace}/${name}`;
  if (text === undefined) throw unusable(where, `it has no key ${KEY}`);
  return { text, where };
}

/** @throws OperatorError with reason `invalid` that names everything for which istiod or a proxy would refuse the lists. */
export function requireCovering({ text, where }: SuppliedCrl, files: CacertsFiles, { clock }: StepContext): void {
  const chain = readCertificates(files['cert-chain.pem']).certificates;
  const faults = checkCrls({ text, chain, now: clock.now() });
  if (faults.length > 0) throw unusable(where, faults.map((fault) => fault.text).join(' '));
}

function unusable(where: string, why: string): OperatorError {
  return new OperatorError({
    reason: 'invalid',
    what: 'The list of revoked certificates cannot be used',
    where,
    why,
    next: `Nothing was written. Put one list of every CA of the chain into ${KEY}: of the root and of the new intermediate.`,
  });
}
