/** What an istiod writes to its log. */

/** How grave a line is. */
export type Level = 'info' | 'warn' | 'error';

/** The log of one container: lines of `level<TAB>[scope<TAB>]message`, each behind its instant. */
export interface PodLog {
  write(level: Level, message: string): void;
  /** Lines that are made when somebody reads the log. */
  later(level: Level, messages: () => readonly string[]): void;
  /** A line that is no log line, such as the last words of a process. */
  plain(line: string): void;
  text(): string;
  /** The lines without their instants. */
  lines(): string[];
}

interface Entry {
  readonly at: number | undefined;
  readonly lines: () => readonly string[];
}

const KEPT = 5000;

/** An empty one. */
export function createPodLog(now: () => number): PodLog {
  const entries: Entry[] = [];
  const add = (at: number | undefined, lines: () => readonly string[]): void => {
    entries.push({ at, lines });
    if (entries.length > KEPT) entries.shift();
  };
  const stamp = (at: number | undefined): string => (at === undefined ? '' : `${new Date(at).toISOString().replace('Z', '000Z')}\t`);
  return {
    write: (level, message) => add(now(), () => [`${level}\t${message}`]),
    later: (level, messages) => add(now(), () => messages().map((message) => `${level}\t${message}`)),
    plain: (line) => add(undefined, () => [line]),
    text: () => entries.flatMap(({ at, lines }) => lines().map((line) => `${stamp(at)}${line}\n`)).join(''),
    lines: () => entries.flatMap(({ lines }) => lines()),
  };
}
