/** What can be made to go wrong in the lab, by name. Whoever runs a part of the lab adds that part's faults to the list. */
import type { FaultView } from './page/contract.ts';

/** A fault as the page shows it, and its switch. */
export interface LabFault extends FaultView {
  /** A toggle becomes what is asked; an action happens when `on` is true. Resolves when the lab is in that state. */
  set(on: boolean): Promise<void>;
}

/** What describes a fault, without its state. */
export type FaultText = Pick<FaultView, 'id' | 'title' | 'explain' | 'group'>;

/** All faults of a lab: what the page works on. */
export interface LabFaults {
  list(): FaultView[];
  /** Turns a toggle on or off, or carries out an action. Rejects for an unknown id. */
  set(id: string, on: boolean): Promise<void>;
  /** Takes every toggle back, the latest first. */
  reset(): Promise<void>;
}

/** The faults of a lab under one roof. An id that stands twice is a mistake of whoever put the list together. */
export function createFaults(faults: readonly LabFault[]): LabFaults {
  const byId = new Map(faults.map((fault) => [fault.id, fault]));
  if (byId.size < faults.length) {
    const twice = faults.find((fault) => byId.get(fault.id) !== fault);
    throw new Error(`Two faults of the lab are named ${twice?.id}`);
  }
  const order: string[] = [];

  async function set(id: string, on: boolean): Promise<void> {
    const fault = byId.get(id);
    if (fault === undefined) throw new Error(`The lab has no fault named ${id}`);
    await fault.set(on);
    if (fault.kind === 'toggle' && on) order.push(id);
  }

  function list(): FaultView[] {
    return faults.map(({ id, title, explain, group, kind, on }) => ({ id, title, explain, group, kind, on }));
  }

  async function reset(): Promise<void> {
    for (const id of order.splice(0).toReversed()) await byId.get(id)?.set(false);
  }

  return { list, set, reset };
}

/** A toggle that a pair of functions switches. Asking for the state it is in does nothing. */
export function toggle(text: FaultText, start: () => Promise<void> | void, end: () => Promise<void> | void): LabFault {
  let on = false;
  return {
    ...text,
    kind: 'toggle',
    get on() {
      return on;
    },
    async set(wanted) {
      if (wanted === on) return;
      await (wanted ? start() : end());
      on = wanted;
    },
  };
}

/** Something that happens once and cannot be taken back. */
export function action(text: FaultText, run: () => Promise<void> | void): LabFault {
  return {
    ...text,
    kind: 'action',
    on: false,
    async set(wanted) {
      if (wanted) await run();
    },
  };
}
