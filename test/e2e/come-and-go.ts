import type { Trouble } from './alert-texts.ts';
import type { Watched } from './watched.ts';

/** Switches a fault on, and off again when it was told of. Gives all that the channel was told from then on until everything was well. */
export async function comeAndGo(w: Watched, fault: string, { is }: Trouble): Promise<readonly string[]> {
  w.channel.forget();
  await w.faults.set(fault, true);
  await w.channel.tells(is);
  await w.told();
  await w.faults.set(fault, false);
  await w.well();
  return w.channel.told();
}
