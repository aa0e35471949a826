/** The lines of a root rotation, and how far each is. */
import type { PlannedStep } from '../goal.ts';
import { isUnproved } from '../proof.ts';
import { type Course, endsOf, generationOf, intermediatesOf, type Position, takesRoots, trustsAtOnce } from './course.ts';

interface Line extends Omit<PlannedStep, 'state'> {
  readonly isDone: boolean;
}

/** Before anybody approved it every line that is not over is still to be done; under way, the first of them is the one it is at. */
export function stepsOf(course: Course): readonly PlannedStep[] {
  const lines = course.direction === 'forward' ? forward(course) : back(course);
  const at = course.intent === undefined ? -1 : lines.findIndex(({ isDone }) => !isDone);
  return lines.map(({ isDone, ...line }, index) => ({ ...line, state: isDone ? 'done' : index === at ? 'now' : 'todo' }));
}

function forward(course: Course): readonly Line[] {
  const { state, leafLifeMs } = course;
  const { to, from } = ends(course);
  const all = state.clusters.map(({ identity }) => identity.name);
  const at = (name: string): Position | undefined => course.positions.find((position) => position.name === name);
  const signs = (name: string): boolean => to !== '' && at(name)?.signer === to;
  const begun = all.some(signs);
  const arrived = all.every(signs);
  const dropped = (name: string): boolean => signs(name) && isOnly(at(name), to);
  const n = course.new;
  return [
    line('issue', `create root g${n}, its issuer and ${all.length} intermediates`, {
      isDone: begun || intermediatesOf(course, n).length >= all.length,
    }),
    ...all.map((name) =>
      line(
        `introduce:${name}`,
        `${name}: back up, trust both roots, prove${needsRestart(course, name) ? ', with a restart of istiod' : ''}`,
        {
          isDone: signs(name) || (to !== '' && isSettled(at(name)) && at(name)?.roots.includes(to) === true),
        },
      ),
    ),
    ...all.map((name) =>
      line(`restart:${name}`, `${name}: restart istiod, asked for first, where it has not started since`, {
        isDone: signs(name) || hasStarted(at(name)),
        risk: 'While it starts, new proxies of this cluster wait for their certificate.',
      }),
    ),
    line('wait-trust', `wait until every proxy trusts root g${n}`, {
      isDone: begun,
      waitsMs: trustsAtOnce(course) ? undefined : leafLifeMs,
    }),
    ...all.map((name) =>
      line(`switch:${name}`, `${name}: sign with the intermediate g${n}, prove`, { isDone: signs(name) && isSettled(at(name)) }),
    ),
    line('wait-leaves', `wait until no certificate of root g${course.old} lives`, {
      isDone: arrived && all.some(dropped),
      waitsMs: leafLifeMs,
    }),
    ...all.map((name) =>
      line(`drop:${name}`, `${name}: trust root g${n} alone, prove${needsRestart(course, name) ? ', with a restart of istiod' : ''}`, {
        isDone: dropped(name) && isSettled(at(name)),
        risk: 'Whatever still presents a certificate of the old root is refused from here on.',
      }),
    ),
    line('retire', `retire generation ${course.old}, asked for first`, {
      isDone: generationOf(course, course.old) === undefined && from !== to,
      risk: 'After it there is no way back to the old root.',
    }),
  ];
}

function back(course: Course): readonly Line[] {
  const { state, leafLifeMs } = course;
  const { to, from } = ends(course);
  const all = state.clusters.map(({ identity }) => identity.name);
  const at = (name: string): Position | undefined => course.positions.find((position) => position.name === name);
  const signs = (name: string): boolean => at(name)?.signer === to;
  const arrived = all.every(signs);
  const free = (name: string): boolean => at(name)?.roots.includes(from) !== true;
  return [
    ...all.map((name) =>
      line(`introduce:${name}`, `${name}: trust both roots, prove`, {
        isDone: arrived || (at(name)?.roots.includes(to) === true && isSettled(at(name))),
      }),
    ),
    ...all.map((name) =>
      line(`switch:${name}`, `${name}: sign with the intermediate g${course.old} again, prove`, {
        isDone: signs(name) && isSettled(at(name)),
      }),
    ),
    line('wait-leaves', `wait until no certificate of root g${course.new} lives`, {
      isDone: arrived && all.some(free),
      waitsMs: leafLifeMs,
    }),
    ...all.map((name) =>
      line(`drop:${name}`, `${name}: trust root g${course.old} alone, prove`, { isDone: arrived && free(name) && isSettled(at(name)) }),
    ),
    line('retire', `retire generation ${course.new}`, { isDone: generationOf(course, course.new) === undefined }),
  ];
}

function line(key: string, title: string, options: Pick<Line, 'isDone'> & Partial<Pick<Line, 'risk' | 'waitsMs'>>): Line {
  return { key, title, risk: options.risk, waitsMs: options.waitsMs, isDone: options.isDone };
}

function ends(course: Course): { readonly to: string; readonly from: string } {
  const { to = '', from = '' } = endsOf(course);
  return { to, from };
}

function isSettled(position: Position | undefined): boolean {
  return position !== undefined && !isUnproved(position.object);
}

function isOnly(position: Position | undefined, root: string): boolean {
  return position?.roots.length === 1 && position.roots[0] === root;
}

/** Every istiod started after both roots were written. */
function hasStarted(position: Position | undefined): boolean {
  if (position === undefined || position.roots.length < 2 || !position.cluster.istiods.ok) return false;
  const { record } = position.object;
  const since = (takesRoots(position.cluster) ? record.rootsSince : record.writtenAt) ?? Infinity;
  return position.cluster.istiods.value.every(({ startedAt }) => startedAt !== undefined && startedAt > since);
}

/** New roots reach istiod only when it starts: without the flag, or where several replicas cannot be told apart. */
export function needsRestart({ state }: Course, name: string): boolean {
  const cluster = state.clusters.find(({ identity }) => identity.name === name);
  if (cluster === undefined || !cluster.istiods.ok) return false;
  return !takesRoots(cluster) || cluster.istiods.value.length > 1;
}
