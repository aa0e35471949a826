import type { FaultView } from '../page/contract.ts';

/** What the page's panel of faults works on. Whoever starts the lab fills it. */
export interface FaultRegistry {
  list(): FaultView[];
  /** Turns a toggle on or off, or carries out an action. Rejects for an unknown id. */
  set(id: string, on: boolean): Promise<void>;
}

/** A panel without faults. */
export const noFaults: FaultRegistry = {
  list: () => [],
  set: (id) => Promise.reject(new Error(`There is no fault ${id}`)),
};
