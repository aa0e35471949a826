import type { Config } from '../../config/config.ts';
import type { InsideFacts } from '../../mesh/setup.ts';
import { ok, warning, whenSeen, type Finding } from './result.ts';

const CHECK = 'cluster-canary';

/** The service behind the gateway that probes ask for. A mesh of one cluster has no way that leads to it. */
export function judgeCanary(
  { canary, missingAskerRights }: InsideFacts,
  { clusters, probes, file }: Config,
  cluster: string,
): readonly Finding[] {
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
    if (available > 0) return [installed(namespace, cluster === probes.vantage ? undefined : missingAskerRights)];
    return [
      warning(
        CHECK,
        `The canary in ${namespace} has no pod that is ready (${available} of ${desired})`,
        `Look at it: kubectl -n ${namespace} describe pods`,
      ),
    ];
  });
}

/** `missing`: undefined where its ways are measured from here, so that nobody has to ask it. */
function installed(namespace: string, missing: InsideFacts['missingAskerRights'] | undefined): Finding {
  const answers = `the canary in ${namespace} answers for this cluster`;
  if (missing === undefined || !missing.ok) return ok(CHECK, answers);
  if (missing.value.length === 0) return ok(CHECK, `${answers}, and may be asked how it reaches the others`);
  return {
    ...ok(CHECK, answers),
    next: 'Nothing, where a worker measures from here. Without one apply deploy/rbac/canary-asker.yaml: the canary is then asked how it reaches the others.',
  };
}
