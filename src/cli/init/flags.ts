/** The flags of `meshwarden init`, as commander hands them over. */
export interface InitFlags {
  readonly context?: readonly string[];
  readonly network?: readonly string[];
  readonly gateway?: readonly string[];
  readonly signer?: string;
  readonly edge?: readonly string[];
  /** False: `--no-discord`. */
  readonly discord: boolean;
  readonly guild?: string;
  readonly alerts?: string;
  readonly admin?: string;
  readonly application?: string;
  readonly kubeconfig?: string;
  readonly output: string;
  readonly force: boolean;
}

/** The flags as answers. Those about Discord say that there is to be a bot. */
export function answersOf(flags: InitFlags): Map<string, string> {
  const answers = new Map<string, string>();
  if (flags.context !== undefined) answers.set('contexts', flags.context.join(','));
  if (flags.edge !== undefined) answers.set('edge', flags.edge.join(','));
  for (const key of ['signer', 'guild', 'alerts', 'admin', 'application'] as const) {
    const value = flags[key];
    if (value !== undefined) answers.set(key, value);
  }
  for (const key of ['network', 'gateway'] as const)
    for (const pair of flags[key] ?? []) {
      const [context, value] = splitPair(pair);
      answers.set(`${key}:${context}`, value);
    }
  if (!flags.discord) answers.set('discord', 'no');
  else if ([flags.guild, flags.alerts, flags.admin, flags.application].some((value) => value !== undefined)) answers.set('discord', 'yes');
  return answers;
}

/** `context=value`. Names of contexts may hold an equals sign, networks and addresses do not. */
function splitPair(pair: string): readonly [string, string] {
  const at = pair.lastIndexOf('=');
  return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
