import { z } from 'zod';
import { SECOND } from '../core/duration.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';
import { takeSamples, type Measured } from './take-samples.ts';

export const probeLinks: Action<Record<string, never>, Measured | null, FollowContext> = {
  id: 'probe-links',
  role: 'viewer',
  describe: 'Measure links, gateways and API servers from here, and follow how they are over time',
  input: z.strictObject({}),
  run: (_input, context) =>
    takeSamples(
      { name: 'probe-links', every: SECOND / 2, within: 20 * SECOND, measure: (prober, signal) => prober.quick(signal) },
      context,
    ),
};
