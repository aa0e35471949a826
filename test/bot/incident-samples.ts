/** Incidents as the rules make them, small and complete, and a board that keeps them in memory. */
import type { DueIncident, IncidentBoard, ShownIncident } from '../../src/actions/alerts.ts';
import type { Incident } from '../../src/alerts/model.ts';
import type { Cause } from '../../src/mesh/health.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { AT } from './samples.ts';

export const CAUSE: Cause = {
  code: 'silent-peer',
  says: 'connect timed out',
  facts: ['Tailscale on gw-a says it is running', 'gw-b answers no ping at any layer'],
  hint: 'Look whether gw-b runs and is connected to its network.',
  commands: ['tailscale ping gw-b', 'tailscale status'],
};

/** A page that began at {@link AT}, 9 seconds before it was clear. */
export function incident(more: Partial<Incident> = {}): Incident {
  const key = more.marker ?? 'a1b2c3d4e5';
  return {
    id: `${key}-k1`,
    marker: key,
    root: 'link-down|link:cluster-a>cluster-b',
    about: 'failing',
    rule: 'link-down',
    subject: { kind: 'link', from: 'cluster-a', to: 'cluster-b' },
    severity: 'page',
    startedAt: AT,
    openedAt: AT + 9_000,
    announcedAt: AT + 9_000,
    state: 'firing',
    title: 'Link cluster-a → cluster-b is down',
    cause: CAUSE,
    evidence: '3 of 4 probes failed',
    hides: ['gateway of cluster-b from cluster-a', 'API of cluster-b', 'public path cluster-a → cluster-b', 'canary of cluster-b'],
    hidMost: 4,
    context: ['cluster-b → cluster-a: not measured'],
    history: [{ at: AT + 9_000, says: 'Link cluster-a → cluster-b is down: connect timed out' }],
    version: 1,
    turn: 1,
    ...more,
  };
}

/** One version later, with one more line. */
export function later(before: Incident, says: string, more: Partial<Incident> = {}): Incident {
  const at = (before.history.at(-1)?.at ?? AT) + 60_000;
  return { ...before, history: [...before.history, { at, says }], version: before.version + 1, ...more };
}

export function acked(before: Incident, by: string): Incident {
  const at = before.openedAt + 40_000;
  return later(before, `Acked by ${by}`, { ack: { by, at, nagAt: at + 3_600_000 } });
}

export function over(before: Incident): Incident {
  const endedAt = before.startedAt + 372_000;
  return later(before, 'Over after 6 min 12 s; the 4 that it hid are healthy again', {
    state: 'over',
    title: 'Link cluster-a → cluster-b was down',
    endedAt,
    hides: [],
    turn: before.turn + 1,
  });
}

export interface TestBoard extends IncidentBoard {
  put(incident: Incident): void;
  /** Redis lost everything that it knew of it. */
  forget(id: string): void;
  /** Redis lost what was shown. */
  forgetShown(): void;
  shownOf(id: string): ShownIncident | undefined;
  /** So many notes from now on are lost, as when the process ends or Redis is away right then. */
  loseNotes(count: number): void;
  /** How often one was read to be shown, or all that are due. */
  looks(): number;
  /** Everything that was noted, in order. */
  readonly noted: readonly (ShownIncident & { readonly id: string })[];
}

/** A board in memory. Every read and note is a copy, as through Redis. */
export function testBoard(): TestBoard {
  const incidents = new Map<string, Incident>();
  const shown = new Map<string, ShownIncident>();
  const noted: (ShownIncident & { id: string })[] = [];
  let looks = 0;
  let lost = 0;
  const dueOf = (one: Incident): DueIncident => {
    const before = shown.get(one.id);
    return structuredClone(before === undefined ? { incident: one } : { incident: one, shown: before });
  };
  return {
    noted,
    put: (one) => void incidents.set(one.id, one),
    forget(id) {
      incidents.delete(id);
      shown.delete(id);
    },
    forgetShown: () => shown.clear(),
    shownOf: (id) => shown.get(id),
    looks: () => looks,
    loseNotes: (count) => void (lost = count),
    async due(limit) {
      looks += 1;
      const waiting = [...incidents.values()].filter(
        ({ id, version, announcedAt }) => announcedAt !== undefined && version > (shown.get(id)?.version ?? 0),
      );
      return waiting.slice(0, limit).map(dueOf);
    },
    async shown(id, now) {
      lost -= 1;
      if (lost >= 0) throw new OperatorError({ reason: 'unreachable', what: 'Cannot note what was shown' });
      noted.push({ id, ...now });
      if ((shown.get(id)?.version ?? 0) <= now.version) shown.set(id, structuredClone(now));
    },
    get: async (id) => {
      const found = incidents.get(id);
      return found === undefined ? undefined : dueOf(found);
    },
  };
}
