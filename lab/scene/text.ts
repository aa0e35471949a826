/** How Kubernetes writes bytes. */

/** A text as a Secret holds it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** What a Secret holds as a text. */
export function fromBase64(text: unknown): string {
  return Buffer.from(String(text), 'base64').toString();
}

/** The data of a Secret from its texts. */
export function secretData(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, base64(value)]));
}
