/** What the handlers of writes share. */
import { warningHeader } from './bodies.ts';
import { jsonReply, type Answer, type ResourceCall } from './call.ts';
import { objectForm } from './forms.ts';
import type { Authorizer } from './rbac.ts';
import type { Registry } from './registry.ts';
import type { Storage } from './store.ts';
import type { Writes, Written } from './writes.ts';

/** What a write needs. */
export interface MutationContext {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly writes: Writes;
  readonly authorizer: Authorizer;
}

/** The written object, in the form that was asked for. */
export function answer(call: ResourceCall, { object, created }: Written, warnings: readonly string[] = []): Answer {
  const form = objectForm(call.headers.accept);
  return jsonReply(created ? 201 : 200, form?.(object) ?? object, warningHeader(warnings));
}
