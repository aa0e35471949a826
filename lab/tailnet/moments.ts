/** When things happened to the nodes of the tailnet: the daemon and the control server tell of them only after a while. */
import type { Clock } from '../../src/core/clock.ts';
import type { LabNetwork, NodeState } from '../network.ts';

/** Instants of the lab's clock, in UTC milliseconds. */
export interface NodeMoments {
  /** Since when the control server is away for it; undefined: it is there. */
  readonly controlLostAt: number | undefined;
  /** Since when it is not connected to the control server, as that sees it; undefined: it is. */
  readonly absentSince: number | undefined;
  readonly presentSince: number;
  readonly startedAt: number;
  /** It was started while the control server was away: it knows nothing of the tailnet. */
  readonly startedAlone: boolean;
}

/** Follows the network and remembers since when each node is as it is. */
export function followMoments(network: LabNetwork, clock: Clock): { of(cluster: string): NodeMoments; stop(): void } {
  const known = new Map<string, { state: NodeState; moments: NodeMoments }>();
  for (const { cluster, state } of network.nodes) known.set(cluster, { state, moments: firstMoments(state, clock.now()) });
  const stop = network.onChange(() => {
    for (const { cluster, state } of network.nodes) {
      const before = known.get(cluster);
      if (before !== undefined && before.state !== state) known.set(cluster, { state, moments: moved(before, state, clock.now()) });
    }
  });
  return {
    of(cluster) {
      const found = known.get(cluster);
      if (found === undefined) throw new Error(`The tailnet has no node of ${cluster}`);
      return found.moments;
    },
    stop,
  };
}

/** A node tries again only now and then to reach a control server that was gone. */
const RECONNECTS_AFTER = 14_000;
const LONG_AGO = Number.NEGATIVE_INFINITY;

function firstMoments(state: NodeState, now: number): NodeMoments {
  return {
    controlLostAt: state.control === 'up' ? undefined : now,
    absentSince: isAbsent(state) ? now : undefined,
    presentSince: LONG_AGO,
    startedAt: LONG_AGO,
    startedAlone: state.backend === 'NoState',
  };
}

function moved(before: { readonly state: NodeState; readonly moments: NodeMoments }, state: NodeState, now: number): NodeMoments {
  const { moments } = before;
  const started = before.state.gone && !state.gone;
  const absent = isAbsent(state);
  const cameBack = moments.absentSince !== undefined && !absent;
  return {
    controlLostAt: state.control === 'up' ? undefined : (moments.controlLostAt ?? now),
    absentSince: absent ? (moments.absentSince ?? now) : undefined,
    presentSince: cameBack ? now + (before.state.control === 'gone' ? RECONNECTS_AFTER : 0) : moments.presentSince,
    startedAt: started ? now : moments.startedAt,
    startedAlone: state.control !== 'up' && (moments.startedAlone || started),
  };
}

/** As the control server sees it. A frozen, an expired and a logged-out node count as connected: measured. */
function isAbsent(state: NodeState): boolean {
  return state.gone || state.backend === 'Stopped' || state.backend === 'NoState' || state.control !== 'up';
}
