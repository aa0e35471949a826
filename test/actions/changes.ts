/** What actions that change something are given, written by hand: the engine's own stage, and plans that wait in memory. */
import { createOnce } from '../../src/actions/once.ts';
import type { ChangeContext, ChangeServices, Proposal } from '../../src/actions/changes.ts';
import type { Notice } from '../../src/actions/notice.ts';
import { stage, type Stage, type StageOptions } from '../changes/stage.ts';
import { mesh } from '../mesh/build.ts';
import { followDesk, type MemoryStore } from './alerts.ts';
import { serving } from './ports.ts';

export interface Desk extends Stage {
  readonly given: ChangeContext;
  readonly proposals: Map<string, Proposal>;
  readonly notices: Notice[];
  readonly alertStore: MemoryStore;
}

/** An action's context over the engine's stage. A plan is approved by putting it into `proposals`. */
export function desk(options: StageOptions = {}, changed: Partial<ChangeServices> = {}): Desk {
  const stand = stage(options);
  const { authority, plannerOf, violations, audit, board, clock, log, signal, progress } = stand.context;
  const proposals = new Map<string, Proposal>();
  const notices: Notice[] = [];
  const changes: ChangeServices = {
    engine: { authority, plannerOf, violations, audit, board },
    proposals: {
      async create(proposal, now) {
        const kept: Proposal = { ...proposal, expiresAt: now + 900_000, approvals: [], state: 'open' };
        proposals.set(kept.id, kept);
        return kept;
      },
      take: async (id) => proposals.get(id),
    },
    audit: { newest: async (limit) => stand.audited.toReversed().slice(0, limit) },
    board: { ...board, all: async () => [...new Map(stand.views.map((view) => [view.id, view])).values()] },
    once: createOnce(),
    refusals: refusals(),
    newId: () => 'k7f3',
    needed: { intermediate: 1, root: 2, emergency: 1 },
    ...changed,
  };
  const outbox: ChangeContext['outbox'] = {
    async add(notice) {
      if (notices.some(({ id }) => id === notice.id)) return 'known';
      notices.push(notice);
      return 'added';
    },
  };
  const { context } = serving(mesh(), new Map());
  const { alerts, store } = followDesk();
  return {
    ...stand,
    proposals,
    notices,
    alertStore: store,
    given: { ...context, clock, log, signal, progress, outbox, changes, alerts, jobId: 'job-1' },
  };
}

/** Since when each refusal is there, in memory. */
function refusals(): ChangeServices['refusals'] {
  let since = new Map<string, number>();
  return {
    async record(keys, now, forget) {
      const seen = new Map(keys.map((key) => [key, since.get(key) ?? now]));
      since = forget ? seen : new Map([...since, ...seen]);
      return seen;
    },
  };
}
