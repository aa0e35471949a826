import type { z } from 'zod';
import { host, labelValue, snowflake } from '../../config/fields.ts';
import type { KubeContext } from '../../config/kubeconfig.ts';
import { nearest } from '../../config/nearest.ts';
import { chosenClusters, listed, wantsDiscord, type Answers } from './answers.ts';

export interface Question {
  readonly key: string;
  /** As it is asked on a terminal. */
  readonly text: string;
  /** The flag that answers it. */
  readonly flag: string;
  /** The answer of whoever gives none; undefined: there has to be one. Empty: nothing. */
  readonly fallback: string | undefined;
  /** What is wrong with an answer; undefined: nothing. */
  check(answer: string): string | undefined;
}

/** Every question that the answers so far lead to, in the order in which a person is asked. */
export function questionsFor(contexts: readonly KubeContext[], answers: Answers): readonly Question[] {
  return [contextQuestion(contexts), ...clusterQuestions(contexts, answers), ...discordQuestions(answers)];
}

function contextQuestion(contexts: readonly KubeContext[]): Question {
  const names = contexts.map(({ name }) => name);
  return {
    key: 'contexts',
    text: `Contexts that are clusters of the mesh, with commas (${names.join(', ')})`,
    flag: '--context <names>',
    fallback: names.length === 1 ? names[0] : undefined,
    check: (answer) => (answer === 'all' ? undefined : someOf(names, answer, 'context')),
  };
}

function clusterQuestions(contexts: readonly KubeContext[], answers: Answers): readonly Question[] {
  const clusters = chosenClusters(contexts, answers);
  const names = clusters.map(({ name }) => name);
  if (names.length === 0) return [signerQuestion(contexts.map(({ name }) => name))];
  const perCluster = clusters.flatMap(({ name, cluster }) => [
    {
      key: `network:${name}`,
      text: `Istio network of ${cluster}`,
      flag: `--network ${name}=<network>`,
      fallback: cluster,
      check: (answer: string) => refusal(labelValue, answer),
    },
    {
      key: `gateway:${name}`,
      text: `Tailnet address of the east-west gateway of ${cluster} (empty: none yet)`,
      flag: `--gateway ${name}=<address>`,
      fallback: '',
      check: (answer: string) => (answer === '' ? undefined : refusal(host, answer)),
    },
  ]);
  return [
    ...perCluster,
    signerQuestion(names),
    {
      key: 'edge',
      text: `Contexts where public traffic enters, with commas (empty: none)`,
      flag: '--edge <names>',
      fallback: '',
      check: (answer) => (answer === '' ? undefined : someOf(names, answer, 'context')),
    },
  ];
}

function signerQuestion(names: readonly string[]): Question {
  return {
    key: 'signer',
    text: `Context of the signer, where cert-manager keeps the root (${names.join(', ')})`,
    flag: '--signer <context>',
    fallback: names.length === 1 ? names[0] : undefined,
    check: (answer) => (listed(answer).length > 1 ? 'one context' : someOf(names, answer, 'context')),
  };
}

function discordQuestions(answers: Answers): readonly Question[] {
  const wanted: Question = {
    key: 'discord',
    text: 'Is there to be a Discord bot? yes or no',
    flag: '--no-discord, or --guild and --alerts',
    fallback: undefined,
    check: (answer) => (answer === 'yes' || answer === 'no' ? undefined : 'yes or no'),
  };
  if (!wantsDiscord(answers)) return [wanted];
  return [
    wanted,
    id('guild', 'Id of the guild (the Discord server)', '--guild <id>', undefined),
    id('alerts', 'Id of the channel for alerts', '--alerts <id>', undefined),
    id('admin', 'Your own Discord user id (empty: nobody is admin)', '--admin <id>', ''),
    id('application', "Id of the Discord application, for the bot's invite (empty: from the token)", '--application <id>', ''),
  ];
}

function id(key: string, text: string, flag: string, fallback: string | undefined): Question {
  return {
    key,
    text,
    flag,
    fallback,
    check: (answer) => (answer === '' && fallback === '' ? undefined : refusal(snowflake, answer, DIGITS)),
  };
}

/** On a terminal there are no quotes around an id. */
const DIGITS = 'a Discord id: 17 to 20 digits';

function refusal(field: z.ZodType, answer: string, words?: string): string | undefined {
  const parsed = field.safeParse(answer);
  return parsed.success ? undefined : (words ?? parsed.error.issues[0]?.message);
}

function someOf(valid: readonly string[], answer: string, what: string): string | undefined {
  const given = listed(answer);
  if (given.length === 0) return `at least one ${what} of ${valid.join(', ')}`;
  const unknown = given.find((name) => !valid.includes(name));
  if (unknown === undefined) return undefined;
  const near = nearest(unknown, valid);
  return near === undefined ? `${what}s out of ${valid.join(', ')}` : `${what}s out of ${valid.join(', ')}; did you mean ${near}`;
}
