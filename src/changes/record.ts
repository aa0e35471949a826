import type { Intent } from '../rotation/model.ts';
import type { AuditEntry, EngineContext } from './ports.ts';

/** What is recorded, beside what is known of the change. */
export interface Recorded extends Pick<AuditEntry, 'what' | 'detail' | 'result'> {
  /** Whoever did it, where that is not who asked for the change. */
  readonly who?: string;
}

/** Notes who did what. That the record cannot be written stops nothing: the log has it then. */
export async function record(
  { audit, clock, log }: Pick<EngineContext, 'audit' | 'clock' | 'log'>,
  { id, goal, planHash, by }: Pick<Intent, 'id' | 'goal' | 'by'> & { readonly planHash: string | undefined },
  { who, ...entry }: Recorded,
): Promise<void> {
  try {
    await audit.add({ at: clock.now(), who: who ?? by, change: id, goal, planHash, ...entry });
  } catch (error) {
    log.warn({ component: 'changes', change: id, what: entry.what, detail: entry.detail, err: error }, 'the audit could not be written');
  }
}
