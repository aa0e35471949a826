import { z } from 'zod';
import { steerChange as steer } from '../changes/engine.ts';
import type { Intent } from '../rotation/model.ts';
import type { Action } from './action.ts';
import { engineOf, type ChangeContext } from './changes.ts';

const Input = z.strictObject({
  id: z.string().min(1).max(40),
  op: z.enum(['pause', 'resume', 'abort', 'agree']),
  question: z.string().min(1).max(100).optional(),
  by: z.string().min(1),
});
type Input = z.infer<typeof Input>;

export const steerChange: Action<Input, Intent, ChangeContext> = {
  id: 'steer-change',
  role: 'operator',
  describe: 'Pause, resume or abort what is under way, or answer what it asks',
  input: Input,
  run: (input, context) => steer(input, engineOf(context)),
};
