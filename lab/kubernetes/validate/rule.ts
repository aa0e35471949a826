import type { KubeObject } from '../object.ts';
import type { Resource } from '../resources.ts';
import type { FieldFault } from '../status.ts';

/** What a rule looks at. */
export interface Validation {
  readonly resource: Resource;
  readonly definition: KubeObject | undefined;
  /** Undefined at a create. */
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
}

/** Finds faults of one sort; none is an empty list. */
export type Rule = (validation: Validation) => FieldFault[];
