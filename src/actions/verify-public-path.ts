import { z } from 'zod';
import { SECOND } from '../core/duration.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';
import { takeSamples, type Measured } from './take-samples.ts';

export const verifyPublicPath: Action<Record<string, never>, Measured | null, FollowContext> = {
  id: 'verify-public-path',
  role: 'viewer',
  describe: 'Ask for what the public asks for: in at the edge, answered by a service in another cluster',
  input: z.strictObject({}),
  run: (_input, context) =>
    takeSamples(
      { name: 'verify-public-path', every: 20 * SECOND, within: 50 * SECOND, measure: (prober, signal) => prober.publicPath(signal) },
      context,
    ),
};
