/** How long Discord counts a text: by code points, so that most emoji are one. */
export function characters(text: string | null | undefined): number {
  return Array.from(text ?? '').length;
}
