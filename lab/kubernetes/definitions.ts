/** What the API server does to a new definition: it accepts the names, then serves the resource. */
import { fieldsAt, kubeTime, type Fields, type KubeObject } from './object.ts';
import { DEFINITIONS, type Registry } from './registry.ts';
import type { Storage } from './store.ts';
import type { Writes } from './writes.ts';
import type { Clock } from '../../src/core/clock.ts';

/** What establishing a definition needs. */
export interface DefinitionContext {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly writes: Writes;
  readonly clock: Clock;
}

const ACCEPTED = 'the initial names have been accepted';

function status(object: KubeObject, established: boolean, at: string): Fields {
  const names = fieldsAt(object, 'spec', 'names');
  const conditions = [
    { type: 'NamesAccepted', status: 'True', lastTransitionTime: at, reason: 'NoConflicts', message: 'no conflicts found' },
    {
      type: 'Established',
      status: established ? 'True' : 'False',
      lastTransitionTime: at,
      reason: established ? 'InitialNamesAccepted' : 'Installing',
      message: ACCEPTED,
    },
  ];
  return { ...fieldsAt(object, 'status'), conditions, acceptedNames: names };
}

/** Serves a definition from now on. */
export function establish(context: DefinitionContext, name: string): void {
  const resource = context.registry.find(DEFINITIONS.group, 'v1', DEFINITIONS.resource);
  if (resource === undefined) return;
  const door = { resource, subresource: 'status', namespace: '', manager: 'apiserver', dryRun: false };
  for (const established of [false, true]) {
    const at = kubeTime(context.clock.now());
    context.writes.update(door, name, (before) => ({ ...before, status: status(before, established, at) }));
  }
}

/** Establishes every definition that comes through the API, right after its creation was answered. */
export function establishDefinitions(context: DefinitionContext): void {
  context.storage.onWrite((resource, event) => {
    if (resource.resource !== DEFINITIONS.resource || event.type !== 'ADDED') return;
    const name = event.object.metadata.name ?? '';
    setImmediate(() => {
      const object = context.storage.get(DEFINITIONS, '', name)?.object;
      if (object !== undefined && fieldsAt(object, 'status')['conditions'] === null) establish(context, name);
    });
  });
}
