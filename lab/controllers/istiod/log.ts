/** What an istiod writes to its log. */

/** The log of one container: lines of `level<TAB>[scope<TAB>]message`, each behind its instant. */
export interface PodLog {
  write(level: 'info' | 'warn' | 'error', message: string): void;
  /** A line that is no log line, such as the last words of a process. */
  plain(line: string): void;
  text(): string;
  /** The lines without their instants. */
  readonly lines: readonly string[];
}

const KEPT = 5000;

/** An empty one. */
export function createPodLog(now: () => number): PodLog {
  const lines: string[] = [];
  const stamped: string[] = [];
  const add = (line: string, shown: string): void => {
    lines.push(line);
    stamped.push(shown);
    if (lines.length <= KEPT) return;
    lines.shift();
    stamped.shift();
  };
  return {
    write(level, message) {
      const line = `${level}\t${message}`;
      add(line, `${new Date(now()).toISOString().replace('Z', '000Z')}\t${line}`);
    },
    plain: (line) => add(line, line),
    text: () => stamped.map((line) => `${line}\n`).join(''),
    lines,
  };
}
