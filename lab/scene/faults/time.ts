/** Time that passes at once. It cannot be taken back. */
import type { LabClock } from '../../clock.ts';
import type { CertManager } from '../../controllers/cert-manager.ts';
import { action, type LabFault } from '../../faults.ts';

const GROUP = 'Time';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** An hour, a day, forty days, and past the next renewal. */
export function timeFaults(clock: LabClock, certManager: CertManager): LabFault[] {
  const days = (count: number, explain: string): LabFault =>
    action({ id: `advance-${count}d`, title: count === 1 ? 'Advance a day' : `Advance ${count} days`, explain, group: GROUP }, () =>
      clock.advance(count * DAY_MS),
    );
  return [
    action({ id: 'advance-1h', title: 'Advance an hour', explain: 'Everything is an hour older.', group: GROUP }, () =>
      clock.advance(HOUR_MS),
    ),
    days(1, 'Everything is a day older.'),
    days(40, 'Everything is 40 days older.'),
    action(
      {
        id: 'advance-renewal',
        title: 'Advance past the next renewal',
        explain: 'cert-manager issues an intermediate anew; what istiod has is then the one before.',
        group: GROUP,
      },
      () => {
        const next = certManager.nextRenewal();
        if (next !== undefined) clock.advance(Math.max(0, next - clock.now()) + MINUTE_MS);
      },
    ),
  ];
}
