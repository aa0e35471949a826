/** Faults that are changes of objects. */
import type { FaultText, LabFault } from '../../faults.ts';
import type { Fields, KubeObject } from '../../kubernetes/object.ts';
import { fieldsAt, textAt } from '../../kubernetes/object.ts';
import type { MeshMember } from '../member.ts';
import type { Overlay } from '../overlays.ts';
import { secretData } from '../text.ts';
import { unavailable, unreadyPod } from '../workloads.ts';

/**
 * A toggle that lays changes over objects of one or several clusters. `prepare` is called each time it is switched on. It is on until it is
 * taken off, or until others wrote all of the objects.
 */
export function changing(
  text: FaultText,
  members: readonly MeshMember[],
  prepare: () => (member: MeshMember) => readonly Overlay[],
): LabFault {
  const isOn = (): boolean => members.some(({ overlays }) => overlays.has(text.id));
  return {
    ...text,
    kind: 'toggle',
    get on() {
      return isOn();
    },
    async set(wanted) {
      if (wanted === isOn()) return;
      if (!wanted) {
        for (const { overlays } of members) overlays.remove(text.id);
        return;
      }
      const changesOf = prepare();
      for (const member of members) member.overlays.put(text.id, changesOf(member));
    },
  };
}

/** The same for one cluster. */
export function changingOne(text: FaultText, member: MeshMember, changes: () => readonly Overlay[]): LabFault {
  return changing(text, [member], () => changes);
}

/** A Deployment of a cluster and its pods, none of them ready. */
export function deploymentDown({ api }: MeshMember, namespace: string, name: string, at: number): Overlay[] {
  const own = api.store.list('Pod', namespace).filter(({ spec }) => textAt(spec, 'serviceAccountName') === name);
  return [
    { kind: 'Deployment', namespace, name, change: (object) => object && unavailable(object, at) },
    ...own.map(({ metadata }) => ({
      kind: 'Pod',
      namespace,
      name: metadata.name ?? '',
      change: (pod: KubeObject | undefined) => pod && unreadyPod(pod, at),
    })),
  ];
}

/** Not there. */
export function gone(): undefined {
  return undefined;
}

/** With other data keys: all of them are replaced. */
export function withTexts(texts: Readonly<Record<string, string>>): (object: KubeObject | undefined) => KubeObject | undefined {
  return (object) => object && { ...object, data: secretData(texts) };
}

/** With some fields of its spec or status replaced. */
export function withFields(part: 'spec' | 'status', fields: Fields): (object: KubeObject | undefined) => KubeObject | undefined {
  return (object) => object && { ...object, [part]: { ...fieldsAt(object, part), ...fields } };
}

/** All objects of a kind in a namespace taken away. */
export function allGone({ api }: MeshMember, kind: string, namespace: string): Overlay[] {
  return api.store.list(kind, namespace).map(({ metadata }) => ({ kind, namespace, name: metadata.name ?? '', change: gone }));
}

/** The definitions of a group taken away. Its objects cannot be reached then, and are there again with the definitions. */
export function definitionsGone({ api }: MeshMember, group: string): Overlay[] {
  return api.store
    .list('CustomResourceDefinition')
    .flatMap(({ metadata }) => metadata.name ?? [])
    .filter((name) => name.endsWith(`.${group}`))
    .map((name) => ({ kind: 'CustomResourceDefinition', namespace: '', name, change: gone }));
}
