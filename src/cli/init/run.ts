import { resolve } from 'node:path';
import { readContexts } from '../../config/contexts.ts';
import type { KubeContext } from '../../config/kubeconfig.ts';
import { readSecret } from '../../config/secrets.ts';
import { isMissing, readFailureWords } from '../../config/sources.ts';
import { OperatorError } from '../../core/errors.ts';
import type { CliIo } from '../io.ts';
import { wantsDiscord, type Answers } from './answers.ts';
import { askPerson } from './ask.ts';
import { completeAnswers, wrongAnswers } from './complete.ts';
import { answersOf, type InitFlags } from './flags.ts';
import { applicationOf, inviteUrl } from './invite.ts';
import { planInit } from './plan.ts';

/**
 * `meshwarden init`: from contexts and answers to a file.
 *
 * @throws OperatorError where answers are missing or wrong (all of them in one message), or the file is there already.
 */
export async function runInit(flags: InitFlags, io: CliIo): Promise<void> {
  const file = resolve(io.cwd, flags.output);
  if (!flags.force) await refuseExisting(file, io);
  const contexts = await readContexts(flags.kubeconfig, io);
  const given = withApplication(answersOf(flags), await applicationOfToken(io));
  const answers = io.isTty ? await askMissing(contexts, given, io) : fillMissing(contexts, given);
  const plan = planInit(contexts, answers, file);
  await write(file, plan.text, flags.force, io);
  io.stdout.write(`${file} is written.\n`);
  for (const note of plan.notes) io.stdout.write(`▲ ${note}\n`);
  io.stdout.write(inviteText(answers));
  io.stdout.write('Next: meshwarden doctor\n');
}

async function askMissing(contexts: readonly KubeContext[], given: Answers, io: CliIo): Promise<Answers> {
  refuseFaults(wrongAnswers(contexts, given));
  return askPerson(contexts, given, io);
}

function fillMissing(contexts: readonly KubeContext[], given: Answers): Answers {
  const { answers, faults } = completeAnswers(contexts, given);
  refuseFaults(faults);
  return answers;
}

/** Before the first question: nobody answers ten of them for a file that may not be written. */
async function refuseExisting(file: string, io: CliIo): Promise<void> {
  try {
    await io.readFile(file);
  } catch {
    // Not there, or not readable: writing it tells which.
    return;
  }
  throw alreadyThere(file);
}

function alreadyThere(file: string): OperatorError {
  const next = 'Choose another name with --output, or replace it with --force.';
  return new OperatorError({
    reason: 'conflict',
    what: 'No configuration was written',
    where: file,
    why: 'the file is there already',
    next,
  });
}

async function write(file: string, text: string, isForced: boolean, io: CliIo): Promise<void> {
  try {
    await io.writeFile(file, text, isForced ? 'replace' : 'create');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw alreadyThere(file);
    const why = isMissing(error) ? 'its folder is not there' : readFailureWords(error);
    throw new OperatorError({ reason: 'invalid', what: 'Cannot write the configuration', where: file, why, cause: error });
  }
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const why = faults.map((fault) => `\n  ${fault}`).join('');
  throw new OperatorError({ reason: 'invalid', what: 'No configuration was written', why });
}

/** The token is read for its public part alone. Faults of its file are for `doctor` and `start` to tell. */
async function applicationOfToken(io: CliIo): Promise<string | undefined> {
  const request = { value: 'MESHWARDEN_DISCORD_TOKEN', file: 'MESHWARDEN_DISCORD_TOKEN_FILE', written: undefined } as const;
  const { secret } = await readSecret(request, io);
  return secret === undefined ? undefined : applicationOf(secret.reveal());
}

function withApplication(answers: Map<string, string>, application: string | undefined): Answers {
  if (application !== undefined && !answers.has('application')) answers.set('application', application);
  return answers;
}

function inviteText(answers: Answers): string {
  if (!wantsDiscord(answers)) return '';
  const application = answers.get('application') ?? '';
  if (application !== '') return `Invite the bot: ${inviteUrl(application)}\n`;
  return 'For the invite of the bot, run this again with --application <id> or with MESHWARDEN_DISCORD_TOKEN set.\n';
}
