/** Ports of the actions written by hand: they answer what they are told to, and remember what they were asked. */
import type { ActionContext, ServiceContext } from '../../src/actions/action.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Snapshot } from '../../src/mesh/model.ts';
import { logLines } from '../core/log-lines.ts';
import { NOW } from '../mesh/authority.ts';
import { changed, failed, mesh, unreachable, UNREACHABLE } from '../mesh/build.ts';

/** What an action was given, and what it did with it. */
export interface Asked<Context> {
  readonly context: Context;
  /** The clusters of each look. */
  readonly looks: readonly (readonly string[] | undefined)[];
  readonly phrases: readonly string[];
}

/** The mesh while its signer, the cluster `a`, does not answer. */
export const WITHOUT_SIGNER: Snapshot = { ...changed(mesh(), unreachable('a')), authority: failed(UNREACHABLE) };

/** A context whose clusters look like this. */
export function looking(snapshot: Snapshot): Asked<ActionContext> {
  const looks: (readonly string[] | undefined)[] = [];
  const phrases: string[] = [];
  const { signal } = new AbortController();
  const observe = (only: readonly string[] | undefined): Promise<Snapshot> => {
    looks.push(only);
    return Promise.resolve(snapshot);
  };
  const clock = { ...systemClock, now: () => NOW };
  const progress = (text: string): void => void phrases.push(text);
  return { context: { clock, log: logLines().log, signal, mesh: { observe }, progress }, looks, phrases };
}

/** A context of the service, whose history knows since when these problems are there. */
export function serving(
  snapshot: Snapshot,
  known: ReadonlyMap<string, number>,
): Asked<ServiceContext> & { readonly records: readonly (readonly [keys: readonly string[], now: number, forget: boolean])[] } {
  const records: [readonly string[], number, boolean][] = [];
  const { context, ...asked } = looking(snapshot);
  const unused = (): Promise<never> => Promise.reject(new Error('a look at the mesh does not touch this'));
  return {
    ...asked,
    records,
    context: {
      ...context,
      history: {
        record(...record) {
          records.push(record);
          return Promise.resolve(known);
        },
      },
      caMemory: { read: unused, write: unused },
      outbox: { add: unused },
      renewalOverdueAfter: 0,
    },
  };
}
