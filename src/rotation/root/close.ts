/** The end of a root rotation: the generation that is over is retired, copies that may not go back are marked, the intent is closed. */
import type { Decision, Step } from '../goal.ts';
import { backupsOf } from '../backups.ts';
import { expectedOf, rootOf } from '../look.ts';
import { type Course, endsOf, generationOf } from './course.ts';

export function closing(course: Course): Decision {
  return retire(course) ?? archive(course) ?? close(course);
}

function retire(course: Course): Decision | undefined {
  const { direction, intent } = course;
  const generation = direction === 'forward' ? course.old : course.new;
  if (generationOf(course, generation) === undefined) return undefined;
  // What was made for a way that was given up needs no question: nobody trusts it.
  if (direction === 'forward' && intent?.intent.agreed.includes('retire') !== true) {
    const says = `Every cluster signs and trusts under generation ${course.new} alone. Retire generation ${generation}? After that there is no way back.`;
    return { kind: 'ask', question: 'retire', says };
  }
  return { kind: 'step', step: { kind: 'retire', generation }, says: `retire generation ${generation}` };
}

function archive(course: Course): Decision | undefined {
  const { to } = endsOf(course);
  for (const { cluster, name } of course.positions) {
    const over = backupsOf(cluster).find(({ archivedAt, facts }) => archivedAt === undefined && rootOf(facts)?.fingerprint !== to);
    if (to === undefined || over === undefined) continue;
    const step: Step = { kind: 'archiveBackup', cluster: name, backup: over.name, expects: expectedOf(over) };
    return { kind: 'step', step, says: `mark ${over.name} of ${name} as over` };
  }
  return undefined;
}

function close({ direction, intent, new: generation, old }: Course): Decision {
  const expects = intent === undefined ? null : expectedOf(intent);
  const outcome = direction === 'forward' ? 'done' : 'aborted';
  const says =
    outcome === 'done'
      ? `The root is generation ${generation} in every cluster.\nPin its fingerprint in the configuration.`
      : `The root is generation ${old} in every cluster, as before.`;
  return { kind: 'step', step: { kind: 'closeIntent', expects, outcome }, says };
}
