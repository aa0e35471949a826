/** Waits for what other tasks of this process do. */
const MOST = 100_000;

/** Lets the event loop turn until `met` is true. */
export async function turnsUntil(met: () => boolean, what: string): Promise<void> {
  for (let turn = 0; !met(); turn += 1) {
    if (turn === MOST) throw new Error(`It did not come about that ${what}`);
    await nextTurn();
  }
}

/** Lets everything run that is ready now and that comes of it without input. */
export async function turnsOver(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
