import { z } from 'zod';
import { SECOND } from '../core/duration.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';
import { takeSamples, type Measured } from './take-samples.ts';

export const probeMesh: Action<Record<string, never>, Measured | null, FollowContext> = {
  id: 'probe-mesh',
  role: 'viewer',
  describe: 'Measure remote secrets, serving chains, clocks, versions and canaries from here',
  input: z.strictObject({}),
  run: (_input, context) =>
    takeSamples({ name: 'probe-mesh', every: 20 * SECOND, within: 50 * SECOND, measure: (prober, signal) => prober.slow(signal) }, context),
};
