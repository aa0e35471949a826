import { z } from 'zod';
import type { AuditEntry } from '../changes/ports.ts';
import type { Action } from './action.ts';
import type { ChangeContext } from './changes.ts';

const Input = z.strictObject({ limit: z.int().min(1).max(10_000).default(20) });
type Input = z.infer<typeof Input>;

export const auditLog: Action<Input, readonly AuditEntry[], ChangeContext> = {
  id: 'audit-log',
  role: 'operator',
  describe: 'Who changed what, when, on what grounds, with what result; newest first',
  input: Input,
  run: ({ limit }, { changes }) => changes.audit.newest(limit),
};
