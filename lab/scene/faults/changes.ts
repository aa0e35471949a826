/** Faults that are changes of objects. */
import type { FaultText, LabFault } from '../../faults.ts';
import type { Fields, KubeObject } from '../../kubernetes/object.ts';
import { fieldsAt } from '../../kubernetes/object.ts';
import type { MeshMember } from '../member.ts';
import type { Overlay } from '../overlays.ts';
import { secretData } from '../text.ts';

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
