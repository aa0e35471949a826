import type { World } from './world.ts';

/** Resolves when it holds, looking at every change of the world; rejects after `withinMs` of real time with what was seen last. */
export function until(world: World, holds: () => boolean, how: { readonly withinMs: number; seen(): string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      world.events.off('changed', look);
      timer.stop();
      settle();
    };
    const look = (): void => {
      try {
        if (holds()) end(resolve);
      } catch (error) {
        end(() => reject(error));
      }
    };
    const timer = world.clock.after(how.withinMs, () =>
      end(() => reject(new Error(`Not within ${how.withinMs} ms. Last seen:\n${how.seen()}`))),
    );
    world.events.on('changed', look);
    look();
  });
}
