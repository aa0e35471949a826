/** Keeps the state in step with the lab: one read per burst of changes, and a fresh start after the lab was away. */
import { api, RefusedError } from './api.ts';
import type { Store } from './state.ts';
import { setLabClock } from './ticker.ts';

const againMs = 2000;

/** Starts reading; a change that comes while a read is under way leads to one more read. */
export function followLab(store: Store): void {
  let reading = false;
  let again = false;

  async function read(): Promise<void> {
    again = reading;
    if (reading) return;
    reading = true;
    try {
      const [world, faults] = await Promise.all([api.state(), api.faults()]);
      setLabClock(world.clock.now);
      store.set({ world, faults, connected: true });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      store.set({ connected: false });
    } finally {
      reading = false;
    }
    if (again) await read();
  }

  /** A browser connects again by itself after a broken line, but not after an answer that was an error. */
  function listen(): void {
    const events = new EventSource('/lab/events');
    events.addEventListener('changed', () => void read());
    events.addEventListener('open', () => void read());
    events.addEventListener('error', () => {
      store.set({ connected: false });
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, againMs);
    });
  }

  listen();
  void read();
}
