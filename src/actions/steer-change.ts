import { z } from 'zod';
import { OperatorError } from '../core/errors.ts';
import { steerChange as steer } from '../changes/engine.ts';
import type { ChangeView } from '../changes/ports.ts';
import { viewOf } from '../changes/view.ts';
import type { Action } from './action.ts';
import { engineOf, roleOf, type ChangeContext } from './changes.ts';
import { standingOf } from './list-changes.ts';

const Input = z.strictObject({
  id: z.string().min(1).max(40),
  op: z.enum(['pause', 'resume', 'abort', 'agree']),
  question: z.string().min(1).max(100).optional(),
  by: z.string().min(1),
  /** What whoever asks may do; absent: somebody on the host, who may everything. */
  role: z.enum(['viewer', 'operator', 'admin']).optional(),
});
type Input = z.infer<typeof Input>;

const SAYS: Readonly<Record<Input['op'], Pick<ChangeView, 'state' | 'says'>>> = {
  pause: { state: 'paused', says: 'No further step is taken' },
  resume: { state: 'running', says: 'It goes on within a minute' },
  abort: { state: 'goingBack', says: 'It goes back safely from where it is, within a minute' },
  agree: { state: 'running', says: 'It goes on within a minute' },
};

export const steerChange: Action<Input, ChangeView, ChangeContext> = {
  id: 'steer-change',
  role: 'operator',
  describe: 'Pause, resume or abort what is under way, or answer what it asks',
  input: Input,
  async run(input, context) {
    const { role, ...request } = input;
    if (role !== undefined && role !== 'admin') await requireOperator(input, role, context);
    const intent = await steer(request, engineOf(context));
    const { goal, by, createdAt: startedAt } = intent;
    return viewOf({ goal, intent, by, startedAt }, context.clock.now(), SAYS[input.op]);
  },
};

/** Pausing is safe at every step, so any operator may; the rest is decided by whoever may approve such a change. */
async function requireOperator({ id, op }: Input, role: 'viewer' | 'operator', { changes, signal }: ChangeContext): Promise<void> {
  const { intent } = standingOf(await changes.engine.authority.look({ only: [], probe: 'none' }, signal));
  const needed = op === 'pause' || intent?.id !== id ? 'operator' : roleOf(intent.goal);
  if (role === 'operator' && needed === 'operator') return;
  throw new OperatorError({
    reason: 'forbidden',
    what: `You may not ${op} this change`,
    why: `it takes an ${needed}`,
    next: needed === 'admin' ? 'Pause it, and call an admin.' : 'Ask an operator.',
  });
}
