import { MessageFlags, type ButtonInteraction, type ChatInputCommandInteraction, type Client } from 'discord.js';
import { isCertificates, isStatus } from './results.ts';
import { toFailure } from '../core/errors.ts';
import type { BotContext, JobOutcome } from './context.ts';
import { toMessage, type Card } from './card.ts';
import { liveMessage, type LiveMessage } from './live-message.ts';
import { certsCard } from './render/certs.ts';
import { failureCard } from './render/failure.ts';
import { statusCard } from './render/status.ts';

/** Progress is not shown for what is over sooner, and afterwards at most this often, in milliseconds. */
const PROGRESS_EVERY_MS = 2_000;
/** When nobody has taken the job by then, the message says so, in milliseconds. */
const NO_WORKER_AFTER_MS = 8_000;

/** A kind of answer that comes from a job. */
export type AnswerKind = 'mesh-status' | 'mesh-certs';

/** The job behind each kind of answer, and its title where it fails. */
const KINDS: Readonly<Record<AnswerKind, { readonly job: string; readonly failed: string }>> = {
  'mesh-status': { job: 'observe-mesh', failed: 'The mesh could not be looked at' },
  'mesh-certs': { job: 'mesh-certs', failed: 'The certificates could not be read' },
};

export function isAnswerKind(kind: string): kind is AnswerKind {
  return Object.hasOwn(KINDS, kind);
}

export interface AnswerOptions {
  readonly kind: AnswerKind;
  readonly payload: object;
  readonly client: Client;
  readonly context: BotContext;
  readonly signal: AbortSignal;
}

/** Acknowledges a command and answers it with what a job gives. The message is edited for as long as that takes. */
export async function answerCommand(interaction: ChatInputCommandInteraction, options: AnswerOptions): Promise<void> {
  const response = await interaction.deferReply({ withResponse: true });
  const message = response.resource?.message?.id ?? (await interaction.fetchReply()).id;
  const { client, context, signal } = options;
  const live = liveMessage({ client, clock: context.clock, channel: interaction.channelId, message, interaction, signal });
  await answerInto(live, interaction.user.id, options);
}

/** The same in the message whose button was pressed. */
export async function answerButton(interaction: ButtonInteraction, options: AnswerOptions): Promise<void> {
  await interaction.deferUpdate();
  const { client, context, signal } = options;
  const message = interaction.message.id;
  const live = liveMessage({ client, clock: context.clock, channel: interaction.channelId, message, interaction, signal });
  await answerInto(live, interaction.user.id, options);
}

/** A card that only the person who asked can see. */
export async function answerQuietly(interaction: ButtonInteraction | ChatInputCommandInteraction, card: Card): Promise<void> {
  const body = toMessage(card);
  if (interaction.deferred || interaction.replied) await interaction.followUp({ ...body, flags: body.flags | MessageFlags.Ephemeral });
  else await interaction.reply({ ...body, flags: body.flags | MessageFlags.Ephemeral });
}

async function answerInto(live: LiveMessage, user: string, options: AnswerOptions): Promise<void> {
  const { kind, payload, context } = options;
  const { job, failed } = KINDS[kind];
  let jobId: string;
  try {
    jobId = await context.jobs.submit(job, payload);
    await context.replies.add({ jobId, kind, channel: live.channel, message: live.message, user, at: context.clock.now() });
  } catch (error) {
    await live.edit(failureCard(failed, toFailure(error)));
    return;
  }
  await finishAnswer(live, jobId, options);
}

/** Waits for a job and puts its answer into the message; also how a restarted bot takes up what it had promised. */
export async function finishAnswer(
  live: LiveMessage,
  jobId: string,
  { kind, context, signal }: Omit<AnswerOptions, 'payload'>,
): Promise<void> {
  const progress = showProgress(live, context);
  try {
    const outcome = await context.jobs.outcome(jobId, signal, progress);
    progress.stop();
    await live.edit(cardFor(kind, jobId, outcome, context.clock.now()));
    await context.replies.remove(jobId);
  } finally {
    progress.stop();
  }
}

/** The card of a job's outcome. */
export function cardFor(kind: AnswerKind, jobId: string, outcome: JobOutcome, now: number): Card {
  const { failed } = KINDS[kind];
  if (!outcome.ok) return failureCard(failed, outcome.failure);
  if (kind === 'mesh-status' && isStatus(outcome.value)) return statusCard(outcome.value, jobId);
  if (kind === 'mesh-certs' && isCertificates(outcome.value)) return certsCard(outcome.value, now);
  return failureCard(failed, {
    reason: 'protocol',
    message: 'The worker gave an answer of another shape',
    next: 'Run bot and workers of the same version.',
  });
}

interface Progress {
  started(): void;
  progress(text: string): void;
  stop(): void;
}

/** Tells what is being done in the message, at most once in two seconds, and when nobody does it. */
function showProgress(live: LiveMessage, { clock, jobs, log }: BotContext): Progress {
  let latest: string | undefined;
  let over = false;
  const show = (title: string, body: readonly string[]): void => {
    if (over) return;
    live
      .edit({ tone: 'unknown', title, body })
      .catch((error: unknown) => log.debug({ component: 'bot', err: error }, 'progress was not shown'));
  };
  const tick = (): { stop(): void } =>
    clock.after(PROGRESS_EVERY_MS, () => {
      if (latest !== undefined) show(`${latest}…`, []);
      latest = undefined;
      timer = tick();
    });
  let timer = tick();
  const waiting = clock.after(NO_WORKER_AFTER_MS, () => {
    void whyWaiting(jobs).then((why) => show('Waiting for a worker', [why]));
  });
  return {
    started: () => waiting.stop(),
    progress: (text) => {
      latest = text;
    },
    stop() {
      over = true;
      timer.stop();
      waiting.stop();
    },
  };
}

async function whyWaiting(jobs: BotContext['jobs']): Promise<string> {
  try {
    const { workers, active, waiting } = await jobs.counts();
    if (workers === 0) return 'No worker runs. Start one: `meshwarden start --role worker`. This message is edited when it is done.';
    return `${active} jobs run and ${waiting} wait before it. This message is edited when it is done.`;
  } catch (error) {
    return `The queue does not answer: ${toFailure(error).message}. This message is edited when it is done.`;
  }
}
