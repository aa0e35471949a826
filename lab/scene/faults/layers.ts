/** Faults that set fields of one state: each is a layer, so that they can be taken off in any order. */
import { type FaultText, type LabFault, toggle } from '../../faults.ts';

/** Makes a toggle that lays some fields over the state while it is on; the latest is on top. */
export type Layer<T> = (text: FaultText, fields: () => Partial<T>) => LabFault;

/** Layers over one state. `apply` is called with what they make of it, each time one comes or goes. */
export function layersOver<T extends object>(good: T, apply: (state: T) => void): Layer<T> {
  const layers = new Map<string, Partial<T>>();
  const settle = (): void => apply([...layers.values()].reduce<T>((state, fields) => ({ ...state, ...fields }), good));
  return (text, fields) =>
    toggle(
      text,
      () => {
        layers.set(text.id, fields());
        settle();
      },
      () => {
        layers.delete(text.id);
        settle();
      },
    );
}
