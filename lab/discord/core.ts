import type { Faults } from './faults.ts';
import type { Gateway } from './gateway.ts';
import type { Interactions } from './interaction.ts';
import type { Transcript } from './transcript.ts';
import type { World } from './world.ts';

/** The parts of the double, as its routes and its people reach them. */
export interface Core {
  readonly world: World;
  readonly gateway: Gateway;
  readonly interactions: Interactions;
  readonly transcript: Transcript;
  readonly faults: Faults;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Records what Discord would refuse or what its description does not allow. */
  problem(text: string): void;
}
