import { createInterface } from 'node:readline/promises';
import type { KubeContext } from '../../config/kubeconfig.ts';
import { OperatorError } from '../../core/errors.ts';
import type { CliIo } from '../io.ts';
import type { Answers } from './answers.ts';
import { nextQuestion } from './complete.ts';

/**
 * Asks a person for every answer that is not given yet; an answer that cannot be is asked for again.
 *
 * @throws OperatorError with reason `cancelled` where the input ends before the last answer.
 */
export async function askPerson(contexts: readonly KubeContext[], given: Answers, io: CliIo): Promise<Answers> {
  const answers = new Map(given);
  const lines = createInterface({ input: io.stdin });
  const typed = lines[Symbol.asyncIterator]();
  try {
    for (let question = nextQuestion(contexts, answers); question !== undefined; question = nextQuestion(contexts, answers)) {
      io.stdout.write(`${question.text}${question.fallback ? ` [${question.fallback}]` : ''}: `);
      const line = await typed.next();
      if (line.done === true)
        throw new OperatorError({ reason: 'cancelled', what: 'No configuration was written', why: 'the input ended' });
      const answer = line.value.trim() || (question.fallback ?? '');
      const fault = question.check(answer);
      if (fault === undefined) answers.set(question.key, answer);
      else io.stdout.write(`  expected ${fault}\n`);
    }
    return answers;
  } finally {
    lines.close();
  }
}
