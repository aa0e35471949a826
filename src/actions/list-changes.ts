import { z } from 'zod';
import type { ChangeView } from '../changes/ports.ts';
import { viewOf } from '../changes/view.ts';
import type { Backup, CaState, Hold, Intent } from '../rotation/model.ts';
import type { Action } from './action.ts';
import type { ChangeContext } from './changes.ts';

/** What stands in the clusters beside the certificates. */
export interface Standing {
  /** What is under way; null: nothing. */
  readonly intent: Intent | null;
  readonly holds: readonly (Hold & { readonly cluster: string })[];
  readonly backups: readonly (Pick<Backup, 'name' | 'takenAt' | 'takenFor' | 'archivedAt'> & { readonly cluster: string })[];
  /** What could not be seen, one line each. */
  readonly unseen: readonly string[];
}

/** The same with how it was last seen to go. */
export interface ListedChanges extends Standing {
  readonly view: ChangeView | null;
}

export const listChanges: Action<Record<string, never>, ListedChanges, ChangeContext> = {
  id: 'list-changes',
  role: 'viewer',
  describe: 'What is under way, what is held back, which backups there are',
  input: z.strictObject({}),
  async run(_input, { changes, signal, clock }) {
    const standing = standingOf(await changes.engine.authority.look({ probe: 'none' }, signal));
    const { intent } = standing;
    if (intent === null) return { ...standing, view: null };
    const { goal, by, createdAt: startedAt } = intent;
    const unknown = viewOf({ goal, intent, by, startedAt }, clock.now(), {
      state: 'waiting',
      says: 'Under way; how far is seen at its next step',
    });
    return { ...standing, view: (await changes.board.get(intent.id)) ?? unknown };
  },
};

/** What a look shows of intents, holds and backups. */
export function standingOf({ intent, clusters }: CaState): Standing {
  const unseen = clusters.flatMap(({ identity, cacerts, backups }) => {
    const failed = [cacerts, backups].find(({ ok }) => !ok);
    return failed === undefined || failed.ok ? [] : [`${identity.name}: ${failed.failure.message}`];
  });
  return {
    intent: intent.ok ? (intent.value?.intent ?? null) : null,
    holds: clusters.flatMap(({ identity, cacerts }) => {
      const hold = cacerts.ok ? cacerts.value?.record.hold : undefined;
      return hold === undefined ? [] : [{ ...hold, cluster: identity.name }];
    }),
    backups: clusters.flatMap(({ identity, backups }) =>
      (backups.ok ? backups.value : []).map(({ name, takenAt, takenFor, archivedAt }) => ({
        name,
        takenAt,
        takenFor,
        archivedAt,
        cluster: identity.name,
      })),
    ),
    unseen: [...(intent.ok ? [] : [`the intent: ${intent.failure.message}`]), ...unseen],
  };
}
