/** What a command of the terminal may touch. Commands are given it and know no process. */

/** Where text goes. */
export interface TextOutput {
  write(text: string): unknown;
}

export interface CliIo {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** What a person types, or what is piped in. */
  readonly stdin: NodeJS.ReadableStream;
  /** True where a person can be asked: input and output are a terminal. */
  readonly isTty: boolean;
  /** How wide the terminal is, in characters, where it says. */
  readonly columns?: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start at, as an absolute path. */
  readonly cwd: string;
  /** Reads a file as UTF-8 text. Rejects with Node's error codes, such as `ENOENT`. */
  readFile(path: string): Promise<string>;
  /** Writes a file that only its owner may read. `create` rejects with `EEXIST` where there is one already; `replace` does not. */
  writeFile(path: string, text: string, mode: 'create' | 'replace'): Promise<void>;
}
