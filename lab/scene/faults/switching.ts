import type { LabFault } from '../../faults.ts';

/** A fault that holds the controller before it comes, and lets it go after it went. */
export function switching(fault: LabFault, hold: (on: boolean) => void): LabFault {
  const { id, title, explain, group } = fault;
  return {
    id,
    title,
    explain,
    group,
    kind: 'toggle',
    get on() {
      return fault.on;
    },
    async set(on) {
      if (on === fault.on) return;
      if (on) hold(on);
      await fault.set(on);
      if (!on) hold(on);
    },
  };
}
