/** What actions need to follow health over time: ports that the composition root fills. */
import type { AlertPolicy, AlertState, Incident } from '../alerts/model.ts';
import type { Sample } from '../mesh/health.ts';
import type { ActionContext } from './action.ts';
import type { Rounds } from './rounds.ts';

/** The state as it was read, with what it takes to write it back. */
export interface LoadedAlerts {
  readonly state: AlertState;
  readonly version: number;
}

/** Where the state of alerts is kept. */
export interface AlertStore {
  load(): Promise<LoadedAlerts>;
  /**
   * Writes what changed, and puts every incident whose version went up where the bot finds it, in one step. False where somebody wrote meanwhile: read
   * again and decide anew.
   */
  commit(before: LoadedAlerts, next: AlertState): Promise<boolean>;
}

/** Takes measurements from one place. Never throws for what it measures: that is what samples say. */
export interface Prober {
  readonly vantage: string;
  /** Links, gateways, API servers, the own Tailscale node: what is asked every few seconds. Takes at most some seconds. */
  quick(signal: AbortSignal): Promise<readonly Sample[]>;
  /** Remote secrets, serving chains, clocks, versions, canaries, node keys: what is asked every minute. */
  slow(signal: AbortSignal): Promise<readonly Sample[]>;
  /** The public request from the edge to each other cluster; empty where none is configured. */
  publicPath(signal: AbortSignal): Promise<readonly Sample[]>;
  /** One link, layer by layer; `tell` is called with each layer as it is known. */
  layers(to: string, tell: (layer: LinkLayer) => void, signal: AbortSignal): Promise<readonly LinkLayer[]>;
}

/** One layer of a way from one cluster to another, in the order in which they rest upon each other. */
export interface LinkLayer {
  readonly layer: 'tailscale' | 'ping' | 'mtu' | 'tcp' | 'tls' | 'trust' | 'request' | 'api';
  readonly title: string;
  readonly outcome: 'ok' | 'failing' | 'unknown' | 'skipped';
  /** `23 ms, direct`, or why not. */
  readonly says: string;
  readonly facts: readonly string[];
  readonly hint?: string;
  readonly commands?: readonly string[];
  readonly tookMs?: number;
}

/** Which vantages measure: each says so every few seconds. */
export interface Vantages {
  beat(vantage: string, now: number): Promise<void>;
  /** Those that said so of late, sorted. */
  alive(now: number): Promise<readonly string[]>;
}

/** When a schedule last put its job into the queue. */
export interface ScheduleRun {
  readonly name: string;
  /** UTC milliseconds; undefined: it never did, as far as is known. */
  readonly last: number | undefined;
  /** Had it run since then, all would be well: three of its slots, and some time, have passed. Undefined: it is too rare to tell. */
  readonly expectedSince: number | undefined;
}

/** What a link probe gave. */
export interface LinkProbe {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly layers: readonly LinkLayer[];
}

/** Everything that actions need to follow health. */
export interface AlertServices {
  readonly store: AlertStore;
  readonly policy: AlertPolicy;
  readonly prober: Prober;
  readonly vantages: Vantages;
  /** A new id for a silence or a window. */
  readonly newId: () => string;
  readonly rounds: Rounds;
  /** Names of all clusters. */
  readonly clusters: readonly string[];
  /** Schedules that are not off. */
  readonly schedules: () => Promise<readonly ScheduleRun[]>;
  /** Has a link probed by the worker that runs at `from`. */
  readonly elsewhere: (
    link: { readonly from: string; readonly to: string },
    progress: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<LinkProbe>;
  /** Asks the outward dead-man's switch; absent where none is configured. */
  readonly heartbeat?: (signal: AbortSignal) => Promise<void>;
}

/** What actions that follow health are given. */
export interface FollowContext extends ActionContext {
  readonly alerts: AlertServices;
}

/** An incident that the bot has not shown as it is now. */
export interface DueIncident {
  readonly incident: Incident;
  /** What was shown last; absent: it was never shown. */
  readonly shown?: ShownIncident;
}

export interface ShownIncident {
  readonly version: number;
  readonly turn: number;
  readonly channel: string;
  readonly message: string;
  /** How many lines of its history are in the thread. */
  readonly told: number;
  /** Posted through the fallback webhook, which cannot edit into a thread. */
  readonly fallback?: boolean;
}

/** What the bot has to show, and what it has shown. */
export interface IncidentBoard {
  /** The oldest first, at most `limit`. */
  due(limit: number): Promise<readonly DueIncident[]>;
  shown(id: string, shown: ShownIncident): Promise<void>;
  get(id: string): Promise<DueIncident | undefined>;
}
