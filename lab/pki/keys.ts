/**
 * Every secret text that the lab ever made: private keys, tokens, kubeconfigs. A test searches all output of the product for them, so
 * whoever makes one in the lab tells it here.
 */
const secrets = new Set<string>();

/** Notes a secret text and answers it unchanged. */
export function remember(text: string): string {
  secrets.add(text);
  return text;
}

/** All of them since the process started, in the order they were made. */
export function everyKeyEverMade(): string[] {
  return [...secrets];
}
