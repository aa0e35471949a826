/** Ends what the lab started when the lab itself was killed and could end nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Guard {
  /** From now on this process ends with the lab, in place of the one that had this name before; undefined: nothing has it. */
  watch(name: string, pid: number | undefined): void;
  /** Leaves everything as it is and goes. */
  release(): Promise<void>;
}

/** The last line names everything that runs; the end of the input is the end of the lab. */
const SCRIPT = `trap '' INT TERM HUP
pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null`;

/** A shell that waits for the end of its input, which the kernel closes however the lab ends. It has a session of its own, so that Ctrl-C does not reach it. */
export function startGuard(): Guard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const gone = once(shell, 'exit');
  const pids = new Map<string, number>();
  const tell = (): void => void shell.stdin.write(`${[...pids.values()].join(' ')}\n`);
  return {
    watch(name, pid) {
      if (pid === undefined) pids.delete(name);
      else pids.set(name, pid);
      tell();
    },
    async release() {
      pids.clear();
      tell();
      shell.stdin.end();
      await gone;
    },
  };
}
