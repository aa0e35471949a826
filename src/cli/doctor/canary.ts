import type { Config } from '../../config/config.ts';
import type { InsideFacts } from '../../mesh/setup.ts';
import { ok, warning, whenSeen, type Finding } from './result.ts';

const CHECK = 'cluster-canary';

/** The service behind the gateway that probes ask for. A mesh of one cluster has no way that leads to it. */
export function judgeCanary({ canary }: InsideFacts, { clusters, probes, file }: Config): readonly Finding[] {
  if (clusters.length < 2) return [];
  const { namespace } = probes.canary;
  return whenSeen(CHECK, 'the canary', canary, (found) => {
    if (found === null)
      return [
        {
          ...warning(
            CHECK,
            `There is no canary in ${namespace}: of the ways to and from here only connections to gateways are tried, not what is behind them`,
            'Install it, with the rights of deploy/rbac/canary-installer.yaml:',
          ),
          paste: [`meshwarden canary install${file === undefined ? '' : ` --config ${file}`}`],
        },
      ];
    const { available, desired } = found;
    if (available > 0) return [ok(CHECK, `the canary in ${namespace} answers for this cluster`)];
    return [
      warning(
        CHECK,
        `The canary in ${namespace} has no pod that is ready (${available} of ${desired})`,
        `Look at it: kubectl -n ${namespace} describe pods`,
      ),
    ];
  });
}
