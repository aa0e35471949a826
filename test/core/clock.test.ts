import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';

describe('the clock of the machine', () => {
  it('tells UTC milliseconds', () => {
    const before = Date.now();

    const now = systemClock.now();

    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('calls once after the time', async () => {
    let calls = 0;
    await new Promise<void>((resolve) => {
      systemClock.after(1, () => {
        calls += 1;
        resolve();
      });
      // A timer of the product does not keep a process alive; this one does.
      void systemClock.sleep(50).then(resolve);
    });

    expect(calls).toBe(1);
  });

  it('does not call what was stopped, however often it was', async () => {
    const calls: string[] = [];
    const stopped = systemClock.after(0, () => calls.push('stopped'));
    stopped.stop();
    stopped.stop();

    await systemClock.sleep(1);

    expect(calls).toEqual([]);
  });

  it('wakes a sleeper at once with the reason of its signal', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);

    controller.abort('enough');

    await expect(sleeping).rejects.toBe('enough');
  });

  it('does not let sleep who is woken already', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });

  it('forgets the signal of who slept to the end', async () => {
    const controller = new AbortController();

    await systemClock.sleep(0, controller.signal);
    controller.abort('too late');

    await expect(systemClock.sleep(0)).resolves.toBeUndefined();
  });
});
