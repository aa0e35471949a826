/** Joins what follows health over time with Redis, probes and the configuration. */
import type { Cluster, Redis } from 'ioredis';
import type { HealthReader } from '../actions/action.ts';
import type { AlertServices, Prober } from '../actions/alerts.ts';
import { meshHealthOf } from '../actions/mesh-health.ts';
import { createRounds } from '../actions/rounds.ts';
import { policyOf } from '../alerts/index.ts';
import type { AlertPolicy } from '../alerts/model.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { JOBS } from '../jobs/index.ts';
import { scheduleRuns } from '../jobs/schedule-runs.ts';
import { createAlertStore } from '../store/alerts.ts';
import { createSlots } from '../store/memory.ts';
import { createVantages } from '../store/vantages.ts';
import { createHeartbeat } from './heartbeat.ts';

interface AlertParts {
  readonly config: Config;
  readonly redis: Redis | Cluster;
  readonly prober: Prober;
  readonly elsewhere: AlertServices['elsewhere'];
  readonly machine: { readonly clock: Clock; readonly random: Random };
}

/** People read it and type it. */
const ID_LENGTH = 5;

/** How the configuration wants alerts to be. */
export function alertPolicyOf({ alerts }: Config): AlertPolicy {
  return policyOf(alerts);
}

/** Everything that actions need to follow health. */
export function openAlerts({ config, redis, prober, elsewhere, machine: { clock, random } }: AlertParts): AlertServices {
  const { heartbeat } = config.alerts;
  return {
    store: createAlertStore(redis, () => clock.now()),
    policy: alertPolicyOf(config),
    prober,
    vantages: createVantages(redis),
    newId: () => random.id(ID_LENGTH),
    rounds: createRounds(clock),
    clusters: config.clusters.map(({ name }) => name),
    schedules: scheduleRuns({ jobs: JOBS, expressions: config.schedules, slots: createSlots(redis), clock }),
    elsewhere,
    ...(heartbeat === undefined ? {} : { heartbeat: createHeartbeat(heartbeat, clock) }),
  };
}

/** How what is followed stands, for a status. */
export function healthReader({ store, vantages, prober, policy }: AlertServices, clock: Clock): HealthReader {
  return {
    async read() {
      const now = clock.now();
      const [{ state }, alive] = await Promise.all([store.load(), vantages.alive(now)]);
      return meshHealthOf(state, { now, policy, vantages: [...new Set([...alive, prober.vantage])].toSorted() });
    },
  };
}
