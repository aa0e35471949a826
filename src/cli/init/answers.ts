/** What `meshwarden init` asks for. Every answer is text under a key, whoever gave it: a flag or a person. */
import type { KubeContext } from '../../config/kubeconfig.ts';
import { clusterNames } from '../../config/from-kubeconfig.ts';

/** Answers by key: `contexts`, `network:<context>`, `gateway:<context>`, `signer`, `edge`, `discord`, `guild`, … */
export type Answers = ReadonlyMap<string, string>;

export interface ChosenCluster extends KubeContext {
  /** Its Istio cluster ID. */
  readonly cluster: string;
}

/** The parts of a list that is separated by commas. */
export function listed(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The contexts that were chosen, in the kubeconfig's order; none before that. */
export function chosenClusters(contexts: readonly KubeContext[], answers: Answers): readonly ChosenCluster[] {
  const wanted = listed(answers.get('contexts'));
  const chosen = contexts.filter(({ name }) => wanted.includes(name) || wanted.includes('all'));
  const names = clusterNames(chosen);
  return chosen.map((context, index) => ({ ...context, cluster: names[index] ?? context.name }));
}

/** True where the answers ask for a bot. */
export function wantsDiscord(answers: Answers): boolean {
  return answers.get('discord') === 'yes';
}
