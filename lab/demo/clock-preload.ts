/**
 * Loaded into the product's process before anything else (`node --import`): moves its clock forward when the lab says so, as libfaketime does to a
 * process. The product itself is the one that users get and knows nothing of it.
 */
const RealDate = Date;
let offsetMs = Number(process.env['LAB_CLOCK_OFFSET_MS'] ?? 0);

/** The demo's schedules fire at multiples of this, all of them divisors of a minute. */
const SLOT_MS = 2_000;
/**
 * The product sees a jump of its clock within a second, and needs it before the next slot: node-cron would walk through months of slots one by one, a
 * second for each 14,000 of them.
 */
const AHEAD_MS = 1_300;
/** A slot that is due fires within this. */
const FIRED_MS = 150;
const AGAIN_MS = 50;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offsetMs] : args, newTarget) as object,
  apply: () => new Date().toString(),
  get: (target, key, receiver) => (key === 'now' ? () => RealDate.now() + offsetMs : (Reflect.get(target, key, receiver) as unknown)),
});

process.on('message', (message) => {
  if (typeof message === 'object' && message !== null && 'clockOffsetMs' in message) move(Number(message.clockOffsetMs));
});
process.channel?.unref();

/** Waits past a slot that is due at once. */
function move(wanted: number): void {
  const untilSlot = SLOT_MS - ((RealDate.now() + offsetMs) % SLOT_MS);
  if (untilSlot > AHEAD_MS && untilSlot < SLOT_MS - FIRED_MS) offsetMs = Math.max(offsetMs, wanted);
  else setTimeout(() => move(wanted), AGAIN_MS).unref();
}
