/** Alerts for the command line: the state that the service keeps in Redis, and probes from this process. */
import { ackAlert } from '../actions/ack-alert.ts';
import { z } from 'zod';
import type { Action, MeshObserver } from '../actions/action.ts';
import type { FollowContext } from '../actions/alerts.ts';
import { listAlerts } from '../actions/list-alerts.ts';
import { checkLink, probeLink } from '../actions/probe-link.ts';
import { silenceAlert } from '../actions/silence-alert.ts';
import { testAlert } from '../actions/test-alert.ts';
import { unsilenceAlert } from '../actions/unsilence-alert.ts';
import type { AlertsHere } from '../cli/alerts.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { ClusterPool } from '../k8s/clusters.ts';
import { openAlerts } from './alerts.ts';
import { openProber } from './open-prober.ts';
import { openRedisHere } from './redis-here.ts';
import { createVantageQueues, probeElsewhere } from './vantage.ts';

export interface AlertsHereOptions {
  readonly config: Config;
  readonly pool: ClusterPool & MeshObserver;
  readonly machine: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
  readonly signal: AbortSignal;
}

const MOST_LISTED = 1_000;

export function openAlertsHere({ config, pool, machine, signal }: AlertsHereOptions): AlertsHere {
  const here = openRedisHere({ config, machine, signal });
  const prober = openProber({ config, pool, machine });
  /** Does something with alerts, and lets go of what it opened for that. */
  const follow = async <T>(what: string, work: (context: FollowContext) => Promise<T>): Promise<T> => {
    const { redis, connections } = await here.need(what);
    const queues = createVantageQueues(connections, machine);
    const alerts = openAlerts({ config, redis, prober, elsewhere: probeElsewhere(queues), machine });
    try {
      return await work({ ...machine, signal, mesh: pool, progress: () => undefined, alerts });
    } finally {
      await queues.close();
    }
  };
  return {
    list: () => follow('read alerts', (context) => listAlerts.run({ limit: MOST_LISTED }, context)),
    ack: (incident, by, forMs) =>
      follow(
        'take an alert',
        async (context) =>
          void (await ackAlert.run(parsed(ackAlert, { incident, by, ...(forMs === undefined ? {} : { forMs }) }), context)),
      ),
    silence: (request) =>
      follow('keep a silence', async (context) => (await silenceAlert.run(parsed(silenceAlert, request), context)).silence.id),
    unsilence: (id, by) => follow('end a silence', async (context) => void (await unsilenceAlert.run({ id, by }, context))),
    trial: (request) => follow('fire an alert', async (context) => void (await testAlert.run({ name: 'test', ...request }, context))),
    async probe({ from, to }, tell) {
      if (from === undefined || from === prober.vantage) {
        checkLink(
          prober.vantage,
          to,
          config.clusters.map(({ name }) => name),
        );
        return prober.layers(to, tell, signal);
      }
      const { layers } = await follow('ask a worker elsewhere', (context) => probeLink.run({ from, to }, context));
      for (const layer of layers) tell(layer);
      return layers;
    },
    async close() {
      here.close();
      await pool.close();
    },
  };
}

/** What a person typed, as the action takes it. @throws OperatorError that names what it does not take. */
function parsed<Input>({ input }: Pick<Action<Input, unknown>, 'input'>, given: object): Input {
  const result = input.safeParse(given);
  if (result.success) return result.data;
  const why = z.prettifyError(result.error).replaceAll(/\s*\n\s*/g, ' ');
  throw new OperatorError({
    reason: 'invalid',
    what: 'This cannot be done',
    why,
    next: 'Correct what you typed; `--help` says what it takes.',
  });
}
