import type { Finding } from '../mesh/finding.ts';
import type { Problem } from '../mesh/report.ts';
import type { MeshStatus } from '../mesh/status.ts';
import type { Action, ServiceContext } from './action.ts';
import { meshStatus, ScopeInput } from './mesh-status.ts';

/** The same look as `mesh-status`, with since when each problem is there. */
export const observeMesh: Action<ScopeInput, MeshStatus, ServiceContext> = {
  id: 'observe-mesh',
  role: 'viewer',
  describe: 'Look at the whole mesh and keep count of since when each problem is there',
  input: ScopeInput,
  async run(input, context) {
    const status = await meshStatus.run(input, context);
    // A look at some clusters says nothing about problems elsewhere, so only a look at all may forget any.
    const since = await context.history.record(status.report.problems.map(keyOf), context.clock.now(), input.only === undefined);
    const problems = status.report.problems.map((problem) => dated(problem, since.get(keyOf(problem))));
    return { ...status, report: { ...status.report, problems } };
  },
};

function dated(problem: Problem, since: number | undefined): Problem {
  // What is followed over time knows itself since when.
  return since === undefined || problem.since !== undefined ? problem : { ...problem, since };
}

/** What makes two findings the same problem at different times. */
function keyOf({ finding }: { readonly finding: Finding }): string {
  const { kind, name, cluster } = finding.subject;
  return [finding.code, kind, cluster ?? '', name].join('|');
}
