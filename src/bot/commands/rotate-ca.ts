import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import type { Goal } from '../../rotation/goal.ts';
import { askPlan, CLUSTER_OPTION, DRY_RUN_OPTION } from '../ask-plan.ts';
import type { BotCommand } from '../command.ts';
import { scopeOf } from '../scope.ts';

const SCOPES = ['intermediate', 'root', 'emergency'] as const;
const SPEEDS = ['gentle', 'fast'] as const;

const Asked = z.object({
  scope: z.enum(SCOPES),
  cluster: z.string().nullable(),
  speed: z.enum(SPEEDS).nullable(),
  crl: z.string().nullable(),
});

export const rotateCaCommand: BotCommand = {
  name: 'rotate-ca',
  describe: 'A new intermediate, a new root, or a new key now',
  role: 'operator',
  options: [
    {
      name: 'scope',
      describe: 'What is made anew; root and emergency are approved by admins',
      required: true,
      from: 'choices',
      choices: SCOPES,
    },
    { ...CLUSTER_OPTION, describe: 'For intermediate and emergency: which cluster', required: false },
    { name: 'speed', describe: 'For root: fast makes every proxy sign anew at once', required: false, from: 'choices', choices: SPEEDS },
    { name: 'crl', describe: 'For emergency: ConfigMap with the list of revoked certificates', required: false, from: 'text' },
    DRY_RUN_OPTION,
  ],
  async execute(interaction, asking) {
    const { options } = interaction;
    const asked = Asked.parse({
      scope: options.getString('scope'),
      cluster: options.getString('cluster'),
      speed: options.getString('speed'),
      crl: options.getString('crl'),
    });
    const goal = goalFor(asked);
    if (goal.kind !== 'root') scopeOf([asked.cluster ?? ''], asking.context.clusters);
    await askPlan(interaction, goal, asking);
  },
};

function goalFor({ scope, cluster, speed, crl }: z.infer<typeof Asked>): Goal {
  if (scope === 'root') {
    if (cluster !== null || crl !== null) throw wrong('a new root concerns every cluster', 'Leave out cluster and crl.');
    return { kind: 'root', speed: speed ?? 'gentle' };
  }
  if (cluster === null) throw wrong(`scope:${scope} concerns one cluster`, 'Name it with cluster.');
  if (speed !== null) throw wrong('speed belongs to scope:root', 'Leave out speed.');
  if (scope === 'emergency') return { kind: 'emergency', cluster, ...(crl === null ? {} : { crl }) };
  if (crl !== null) throw wrong('crl belongs to scope:emergency', 'Leave out crl.');
  return { kind: 'intermediate', cluster };
}

function wrong(why: string, next: string): OperatorError {
  return new OperatorError({ reason: 'invalid', what: 'Nothing was planned', why, next });
}
