/** The parameters of a write, and whom it is attributed to. */
import { mediaType } from './bodies.ts';
import type { ResourceCall } from './call.ts';
import { invalid, required, type FieldFault } from './status.ts';
import type { Door } from './writes.ts';

/** Who a write is attributed to: the parameter, else the start of the User-Agent. */
function managerOf({ query, headers }: ResourceCall): string {
  const named = query.get('fieldManager') ?? '';
  if (named !== '') return named;
  const agent = (headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) ?? '';
  return agent === '' ? 'unknown' : agent;
}

/** The door that a call writes through. Parameters that cannot be are a 422. */
export function doorOf(call: ResourceCall): Door {
  const { resource, subresource, namespace } = call.target;
  checkWriteOptions(call);
  const dryRun = call.query.getAll('dryRun').includes('All');
  return { resource, subresource, namespace, manager: managerOf(call), dryRun };
}

const FIELD_VALIDATIONS = new Set(['', 'Ignore', 'Strict', 'Warn']);
const OPTIONS: Readonly<Record<string, string>> = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' };

function checkWriteOptions(call: ResourceCall): void {
  const faults: FieldFault[] = [];
  const dryRun = call.query.getAll('dryRun').filter((value) => value !== '');
  const unknown = dryRun.filter((value) => value !== 'All');
  if (unknown.length > 0) {
    const message = `Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`;
    faults.push({ field: 'dryRun', reason: 'FieldValueNotSupported', message });
  }
  const validation = call.query.get('fieldValidation') ?? '';
  if (!FIELD_VALIDATIONS.has(validation)) {
    const message = `Unsupported value: ${JSON.stringify(validation)}: supported values: "", "Ignore", "Strict", "Warn"`;
    faults.push({ field: 'fieldValidation', reason: 'FieldValueNotSupported', message });
  }
  if (call.method === 'PATCH' && mediaType(call) === APPLY && (call.query.get('fieldManager') ?? '') === '') {
    faults.push(required('fieldManager', 'is required for apply patch'));
  }
  if ((call.query.get('fieldManager') ?? '').length > 128) {
    faults.push({ field: 'fieldManager', reason: 'FieldValueTooLong', message: 'Too long: may not be more than 128 bytes' });
  }
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: OPTIONS[call.method] ?? 'PatchOptions' }, '', faults);
}

/** The media type of a server-side apply. */
export const APPLY = 'application/apply-patch+yaml';
