/** The lab's clock in this browser: what the server said, moved on by the browser's own steady clock. */

const listeners = new Set<() => void>();
let base = 0;
let read = 0;

export function setLabClock(now: number): void {
  base = now;
  read = performance.now();
  tick();
}

/** UTC milliseconds. */
export function labNow(): number {
  return base + performance.now() - read;
}

/** Called each second and whenever the clock is moved, until the returned function is called. */
export function onTick(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tick(): void {
  for (const listener of listeners) listener();
}

setInterval(tick, 1000);
