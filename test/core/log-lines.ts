import { createLogger, type Logger } from '../../src/core/logger.ts';

/** A log line as it was written, without its time. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface LogLines {
  readonly log: Logger;
  readonly lines: readonly LogLine[];
  /** The texts of warnings and errors, in order. */
  warnings(): readonly unknown[];
  /** Resolves with the first line of this text, past or to come. */
  line(message: string): Promise<LogLine>;
}

/** A logger whose lines can be read and waited for. */
export function logLines(): LogLines {
  const lines: LogLine[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  const write = (text: string): void => {
    const { time: _time, ...line } = JSON.parse(text) as LogLine;
    lines.push(line);
    for (const look of waiting) look(line);
  };
  return {
    log: createLogger('debug', { write }),
    lines,
    warnings: () => lines.flatMap(({ level, msg }) => (Number(level) >= 40 ? [msg] : [])),
    line(message) {
      const there = lines.find(({ msg }) => msg === message);
      if (there !== undefined) return Promise.resolve(there);
      return new Promise((resolve) => {
        const look = (line: LogLine): void => {
          if (line['msg'] !== message) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
      });
    },
  };
}
