import type { KubeContext } from '../../config/kubeconfig.ts';
import { chosenClusters, type Answers } from './answers.ts';
import { questionsFor, type Question } from './questions.ts';

export interface Completed {
  readonly answers: Answers;
  /** What stands in the way, one sentence each; empty: the answers are complete. */
  readonly faults: readonly string[];
}

/** The first question without an answer. */
export function nextQuestion(contexts: readonly KubeContext[], answers: Answers): Question | undefined {
  return questionsFor(contexts, answers).find(({ key }) => !answers.has(key));
}

/** Without a person to ask: fills in what has a fallback, and tells everything that is missing or wrong at once. */
export function completeAnswers(contexts: readonly KubeContext[], given: Answers): Completed {
  const answers = new Map(given);
  for (let question = fillable(contexts, answers); question !== undefined; question = fillable(contexts, answers))
    answers.set(question.key, question.fallback ?? '');
  const missing = questionsFor(contexts, answers)
    .filter(({ key }) => !answers.has(key))
    .map(({ flag, text }) => `missing ${flag}: ${text}`);
  return { answers, faults: [...wrongAnswers(contexts, answers), ...missing] };
}

/** What is wrong with answers that were given. */
export function wrongAnswers(contexts: readonly KubeContext[], answers: Answers): readonly string[] {
  const questions = questionsFor(contexts, answers);
  const wrong = questions.flatMap((question) => {
    const answer = answers.get(question.key);
    const fault = answer === undefined ? undefined : question.check(answer);
    return fault === undefined ? [] : [`${question.flag}: expected ${fault}`];
  });
  return [...wrong, ...strangers(contexts, answers)];
}

/** Networks and gateways of contexts that were not chosen: most likely a slip in a name. */
function strangers(contexts: readonly KubeContext[], answers: Answers): readonly string[] {
  const chosen = chosenClusters(contexts, answers).map(({ name }) => name);
  if (chosen.length === 0) return [];
  return [...answers.keys()].flatMap((key) => {
    const match = /^(?<flag>network|gateway):(?<context>.*)$/s.exec(key)?.groups;
    if (match === undefined || chosen.includes(match['context'] ?? '')) return [];
    return [`--${match['flag']} ${match['context']}=…: expected a context out of ${chosen.join(', ')}`];
  });
}

function fillable(contexts: readonly KubeContext[], answers: Answers): Question | undefined {
  return questionsFor(contexts, answers).find(({ key, fallback }) => fallback !== undefined && !answers.has(key));
}
