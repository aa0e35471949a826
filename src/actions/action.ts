/** What a person or a schedule can ask for. Bot, CLI and jobs call actions; an action knows none of them. */
import type { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { CaMemory } from '../mesh/ca-notices.ts';
import type { HealthView } from '../mesh/health-view.ts';
import type { Snapshot } from '../mesh/model.ts';
import type { Notice } from './notice.ts';
import type { ServedLook } from './served-notices.ts';

/** Who may ask: each includes those before it. `admin` comes from user ids in the configuration only. */
export type Role = 'viewer' | 'operator' | 'admin';

/** Looks at clusters. Never throws for a cluster: what could not be seen is data in the snapshot. */
export interface MeshObserver {
  /** @param only names of clusters; undefined = all. The signer is looked at in any case, for its authority. */
  observe(only: readonly string[] | undefined, signal: AbortSignal): Promise<Snapshot>;
}

/** Remembers since when a problem is seen. */
export interface ProblemHistory {
  /** Records that these problems are there now, and gives since when each is, in UTC milliseconds. With `forget` all others are over. */
  record(keys: readonly string[], now: number, forget: boolean): Promise<ReadonlyMap<string, number>>;
}

/** How what is followed over time stands. */
export interface HealthReader {
  read(): Promise<HealthView>;
}

/** What was last seen of the authority, kept between runs. */
export interface CaMemoryStore {
  read(): Promise<CaMemory>;
  write(memory: CaMemory): Promise<void>;
}

/** Where news wait until they are in the channel. The same id is taken once. */
export interface Outbox {
  add(notice: Notice, now: number): Promise<'added' | 'known'>;
}

export interface ActionContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly mesh: MeshObserver;
  /** Tells whoever asked what is being done right now: one short phrase. */
  readonly progress: (text: string) => void;
  /** Absent where nobody follows health over time. */
  readonly health?: HealthReader;
}

/** What only the running service has, beside what every action gets. */
export interface ServiceContext extends ActionContext {
  readonly history: ProblemHistory;
  readonly caMemory: CaMemoryStore;
  readonly outbox: Outbox;
  /** How long after its renewal time a certificate may still be the old one, in milliseconds. */
  readonly renewalOverdueAfter: number;
  /** Asks every istiod what it presents; absent: nobody asks. */
  readonly served?: (signal: AbortSignal) => Promise<ServedLook>;
}

export interface Action<Input, Output, Context extends ActionContext = ActionContext> {
  readonly id: string;
  readonly role: Role;
  /** One line for help texts. */
  readonly describe: string;
  readonly input: z.ZodType<Input>;
  run(input: Input, context: Context): Promise<Output>;
}
