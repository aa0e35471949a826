/** What every command that changes something does: plan, show, ask, carry out. */
import type { ChangeView } from '../changes/ports.ts';
import { OperatorError } from '../core/errors.ts';
import type { Goal, Planned } from '../rotation/goal.ts';
import { confirmed } from './ask-yes.ts';
import type { ChangesHere } from './changes.ts';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { requireConfig } from './load.ts';
import { changeText } from './render/change.ts';
import { plannedText } from './render/plan.ts';

export interface ChangeFlags {
  readonly config?: string;
  readonly dryRun: boolean;
  /** Whoever set it has read the plan before, or does not want to. */
  readonly yes: boolean;
  readonly json: boolean;
}

/** Opens what changes the authority for a command, and closes it. */
export async function withChanges<T>(
  flags: { readonly config?: string },
  context: CliContext,
  work: (changes: ChangesHere) => Promise<T>,
): Promise<T> {
  const config = await requireConfig(flags, context.io, 'read');
  const changes = context.openChanges(config);
  try {
    return await work(changes);
  } finally {
    await changes.close();
  }
}

/** Plans a change, shows the plan, and carries it out when the person agrees. */
export async function carryOutGoal(goal: Goal, flags: ChangeFlags, context: CliContext): Promise<ExitCode> {
  return withChanges(flags, context, async (changes) => {
    const planned = await changes.plan(goal);
    if (planned.kind !== 'plan' || flags.dryRun) {
      show(planned, plannedText(planned), flags, context);
      return planned.kind === 'refused' ? 1 : 0;
    }
    context.io.stderr.write(plannedText(planned));
    const by = `cli:${context.user}`;
    const request = { goal, plan: planned.plan, by };
    if (changes.needed(goal) > 1) return propose(request, changes, context);
    if (!(await agreed(flags, context))) return told('Nothing was changed.', context);
    const view =
      goal.kind === 'distribute'
        ? await changes.distribute(goal.only, by, progressTo(context))
        : await changes.start(request, progressTo(context));
    show(view, changeText(view, context.clock.now()), flags, context);
    return exitOf(view);
  });
}

async function agreed({ yes }: ChangeFlags, { io }: CliContext): Promise<boolean> {
  if (yes) return true;
  if (io.isTty) return confirmed('Carry this out?', 'yes', io);
  throw new OperatorError({
    reason: 'invalid',
    what: 'Nobody can be asked here',
    why: 'this is no terminal',
    next: 'Read the plan with --dry-run, then say --yes.',
  });
}

async function propose(request: Parameters<ChangesHere['propose']>[0], changes: ChangesHere, context: CliContext): Promise<ExitCode> {
  const { id, expiresAt } = await changes.propose(request);
  const { have, need } = await changes.approve(id, request.by);
  const minutes = Math.round((expiresAt - context.clock.now()) / 60_000);
  const rest = `It needs ${need} people; you are ${have === 1 ? 'the first' : 'one of them'}. Within ${minutes} minutes: meshwarden approve ${id}`;
  return told(`Nothing has begun. ${rest}`, context);
}

function told(text: string, { io }: CliContext): ExitCode {
  io.stdout.write(`${text}\n`);
  return 0;
}

/** What is being done, on standard error: standard output holds the answer alone. */
export function progressTo({ io }: CliContext): (text: string) => void {
  let last = '';
  return (text) => {
    if (text === last) return;
    last = text;
    io.stderr.write(`… ${text}\n`);
  };
}

function show(value: Planned | ChangeView, text: string, { json }: Pick<ChangeFlags, 'json'>, { io }: CliContext): void {
  io.stdout.write(json ? `${JSON.stringify({ schema: 1, ...value }, null, 2)}\n` : text);
}

/** 0: done, or under way as it should be. 1: it is not as was asked, and something has to be mended first. 2: it failed. */
export function exitOf({ state, findings }: ChangeView): ExitCode {
  if (state === 'failed') return 2;
  return state === 'stuck' || state === 'aborted' || findings.length > 0 ? 1 : 0;
}
