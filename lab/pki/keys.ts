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

/** Those of them that a text holds: as they are, inside JSON, as base64, or a line of a PEM body by itself. */
export function secretsIn(text: string): string[] {
  return [...secrets].filter((secret) => tracesOf(secret).some((trace) => text.includes(trace)));
}

function tracesOf(secret: string): string[] {
  const body = secret.startsWith('-----BEGIN ') ? secret.trim().split('\n').slice(1, -1) : [];
  // The first line holds an elliptic curve's private number, the middle one a part of RSA's; others may be of the public half.
  const lines = [body[0], body[Math.floor(body.length / 2)]].filter((line) => line !== undefined);
  return [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64'), ...lines];
}
