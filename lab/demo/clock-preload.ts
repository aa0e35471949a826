/**
 * Loaded into the product's process before anything else (`node --import`): moves its clock forward when the lab says so, as libfaketime does to a
 * process. The product itself is the one that users get and knows nothing of it.
 */
const RealDate = Date;
let offsetMs = Number(process.env['LAB_CLOCK_OFFSET_MS'] ?? 0);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offsetMs] : args, newTarget) as object,
  apply: () => new Date().toString(),
  get: (target, key, receiver) => (key === 'now' ? () => RealDate.now() + offsetMs : (Reflect.get(target, key, receiver) as unknown)),
});

process.on('message', (message) => {
  if (typeof message === 'object' && message !== null && 'clockOffsetMs' in message) offsetMs = Number(message.clockOffsetMs);
});
process.channel?.unref();
