import type { MeshObserver } from '../actions/action.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { AlertsHere } from './alerts.ts';
import type { CanariesHere } from './canary.ts';
import type { ChangesHere } from './changes.ts';
import type { SetupTrials } from './doctor/ports.ts';
import type { CliIo } from './io.ts';

export type ServiceRole = 'bot' | 'worker' | 'scheduler';

export interface Service {
  readonly started: Promise<void>;
  stop(): Promise<void>;
}

/** What the commands of the terminal are given by the composition root. */
export interface CliContext {
  readonly io: CliIo;
  /** Whether the answer may be coloured: it goes to a terminal, and NO_COLOR does not say no. Absent: it may not. */
  readonly colour?: boolean;
  readonly clock: Clock;
  readonly version: string;
  /** A logger as the configuration wants it, on the terminal's standard error. */
  logger(config: Config): Logger;
  /** Clusters to look at. Close it. */
  openMesh(config: Config): MeshObserver & { close(): Promise<void> };
  /** What changes the authority, from this process. Close it. */
  openChanges(config: Config): ChangesHere;
  /** Alerts as the service keeps them, and probes from here. Close it. */
  openAlerts(config: Config): AlertsHere;
  /** The canaries of the clusters. Close it. */
  openCanaries(config: Config): CanariesHere;
  /** The name of the person at the terminal, as the machine knows it. */
  readonly user: string;
  /** What tries every part of a configuration, changing nothing. */
  trySetup(config: Config): SetupTrials;
  /** `vantage`: the cluster that this process runs in, in place of the configured one. */
  serve(config: Config, roles: ReadonlySet<ServiceRole>, vantage?: string): Promise<Service>;
  /** Registers the bot's commands without starting the bot. */
  registerCommands(config: Config): Promise<'registered' | 'unchanged'>;
  /** Resolves with the name of the signal that asks the process to end. */
  untilAsked(): Promise<string>;
  /** Fires when the process is asked to end, for commands that only look. */
  readonly signal: AbortSignal;
}
