import { expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { createHurriedClock } from '../../lab/hurried-clock.ts';

it('sleeps by moving the clock of the lab, and tells it', async () => {
  const lab = createLabClock();
  const clock = createHurriedClock(lab);
  const told: number[] = [];
  lab.onAdvance((offset) => told.push(offset));

  await clock.sleep(3_600_000);
  await clock.sleep(1_000);

  expect([told, lab.offsetMs]).toEqual([[3_600_000, 3_601_000], 3_601_000]);
  expect(clock.now() - Date.now()).toBeGreaterThan(3_600_000);
});

it('does not sleep once it is aborted', async () => {
  const lab = createLabClock();

  await expect(createHurriedClock(lab).sleep(1_000, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  expect(lab.offsetMs).toBe(0);
});
