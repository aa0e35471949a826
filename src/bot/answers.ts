import type { ButtonInteraction, ChatInputCommandInteraction, Client, ModalSubmitInteraction, RepliableInteraction } from 'discord.js';
import { OperatorError, toFailure } from '../core/errors.ts';
import { acknowledge, acknowledgeUpdate, type Pressed } from './acknowledge.ts';
import { cardFor, isAnswerKind, progressCard, KINDS, type AnswerKind } from './answer-kinds.ts';
import type { BotContext } from './context.ts';
import { liveMessage, type LiveMessage } from './live-message.ts';
import { showProgress } from './progress.ts';
import { failureCard } from './render/failure.ts';

export interface AnswerOptions {
  readonly kind: AnswerKind;
  readonly payload: object;
  readonly client: Client;
  readonly context: BotContext;
  readonly signal: AbortSignal;
}

/** Acknowledges a command and answers it with what a job gives. The message is edited for as long as that takes. */
export async function answerCommand(interaction: ChatInputCommandInteraction, options: AnswerOptions): Promise<void> {
  const message = await acknowledge(interaction, 'byAll');
  const { client, context, signal } = options;
  const live = liveMessage({ client, clock: context.clock, channel: interaction.channelId, message, interaction, signal });
  await answerInto(live, interaction.user.id, options);
}

/** The same in the message whose button was pressed. */
export async function answerButton(interaction: ButtonInteraction, options: AnswerOptions): Promise<void> {
  await acknowledgeUpdate(interaction);
  const { client, context, signal } = options;
  const message = interaction.message.id;
  const live = liveMessage({ client, clock: context.clock, channel: interaction.channelId, message, interaction, signal });
  await answerInto(live, interaction.user.id, options);
}

/** The same in a message whose button was pressed or whose form was sent, once the caller has acknowledged that. */
export async function answerAcknowledged(interaction: Pressed, options: AnswerOptions): Promise<void> {
  const { client, context, signal } = options;
  const { channelId: channel, message } = interaction;
  if (channel === null || message === null) throw new Error('A form that hangs on no message was answered as one that does');
  const live = liveMessage({ client, clock: context.clock, channel, message: message.id, interaction, signal });
  await answerInto(live, interaction.user.id, options);
}

/** The same for the eyes of whoever asked. Nobody can finish such a message after a restart, so it is not noted anywhere. */
export async function answerForOne(interaction: ButtonInteraction | ChatInputCommandInteraction, options: AnswerOptions): Promise<void> {
  await acknowledge(interaction, 'byOne');
  await answerOriginal(interaction, options);
}

/** The same in the message for one person whose button was pressed. */
export async function answerInPlace(interaction: ButtonInteraction, options: AnswerOptions): Promise<void> {
  await acknowledgeUpdate(interaction);
  await answerOriginal(interaction, options);
}

/** The same to a form, once the caller has acknowledged it for the eyes of whoever sent it. */
export async function answerSubmitted(interaction: ModalSubmitInteraction, options: AnswerOptions): Promise<void> {
  await answerOriginal(interaction, options);
}

async function answerOriginal(interaction: RepliableInteraction, options: AnswerOptions): Promise<void> {
  const { kind, payload, client, context, signal } = options;
  const live = liveMessage({
    client,
    clock: context.clock,
    channel: interaction.channelId ?? '',
    message: '@original',
    interaction,
    signal,
  });
  const jobId = await submit(live, kind, payload, context);
  if (jobId !== undefined) await finishAnswer(live, jobId, options);
}

async function answerInto(live: LiveMessage, user: string, options: AnswerOptions): Promise<void> {
  const { kind, payload, context } = options;
  const { clock, log, replies } = context;
  const jobId = await submit(live, kind, payload, context);
  if (jobId === undefined) return;
  try {
    await replies.add({ jobId, kind, channel: live.channel, message: live.message, user, at: clock.now() });
  } catch (error) {
    log.warn({ component: 'bot', jobId, why: toFailure(error).message }, 'a message waits for a job and would be forgotten at a restart');
  }
  await finishAnswer(live, jobId, options);
  await forgetReply(jobId, context);
}

/** The job's id; undefined where it could not be queued, which the message then says. */
async function submit(live: LiveMessage, kind: AnswerKind, payload: object, { jobs }: BotContext): Promise<string | undefined> {
  const { job, failed } = KINDS[kind];
  try {
    return await jobs.submit(job, payload);
  } catch (error) {
    await live.finish(failureCard(failed, toFailure(error)));
    return undefined;
  }
}

/** Waits for a job and puts its answer into the message. A message that is gone needs none. */
async function finishAnswer(live: LiveMessage, jobId: string, { kind, context, signal }: Omit<AnswerOptions, 'payload'>): Promise<void> {
  const progress = showProgress(live, context, progressCard(kind));
  // What a change does is shown by the watcher of changes: words of the job would come in between.
  const listener = kind === 'carry-out' ? { started: () => progress.started() } : progress;
  try {
    const outcome = await context.jobs.outcome(jobId, signal, listener);
    progress.stop();
    const card = cardFor(kind, outcome, { jobId, now: context.clock.now(), guild: context.access.guild });
    if (card !== undefined) await live.finish(card);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.reason !== 'notFound') throw error;
    context.log.info({ component: 'bot', jobId }, 'the message that waited for a job is gone');
  } finally {
    progress.stop();
  }
}

/** Messages of an earlier run that still wait for their job: each is edited when its job ends. */
export async function takeUpReplies(client: Client, context: BotContext, signal: AbortSignal): Promise<void> {
  const { clock, log, replies } = context;
  try {
    for (const { jobId, kind, channel, message } of await replies.all()) {
      const live = liveMessage({ client, clock, channel, message, signal });
      if (isAnswerKind(kind)) void takeUp(live, jobId, { kind, client, context, signal });
      else await forgetReply(jobId, context);
    }
  } catch (error) {
    log.warn({ component: 'bot', why: toFailure(error).message }, 'could not see which messages wait for a job');
  }
}

async function takeUp(live: LiveMessage, jobId: string, options: Omit<AnswerOptions, 'payload'>): Promise<void> {
  try {
    await finishAnswer(live, jobId, options);
  } catch (error) {
    if (options.signal.aborted) return;
    const { reason, message } = toFailure(error);
    options.context.log.warn({ component: 'bot', jobId, reason, why: message }, 'an earlier message could not be finished');
  }
  await forgetReply(jobId, options.context);
}

async function forgetReply(jobId: string, { log, replies }: BotContext): Promise<void> {
  await replies
    .remove(jobId)
    .catch((error: unknown) =>
      log.debug({ component: 'bot', err: error }, 'a finished message stays noted; it is finished again at a restart'),
    );
}
