/** `./run demo`: the whole product on this machine, in a browser or, with `--script`, by itself. */
import { parseFlags, USAGE, WrongFlags } from './demo/flags.ts';
import { FolderRefused } from './demo/folder.ts';
import { DatabaseRefused } from './demo/own-database.ts';
import { playScript } from './demo/play.ts';
import { reachable } from './demo/reachable.ts';
import { startDemo, type Demo } from './demo/start.ts';

/** A terminal that was closed, or a reader that went away, ends the demo as Ctrl-C does. Once asked, nobody reads what is written. */
const asked = new Promise<number>((resolve) => {
  let before = false;
  const ask = (code: number): void => {
    // A second one does not wait for what the first began; whatever still runs then ends with this process.
    if (before) process.exit(code);
    before = true;
    resolve(code);
  };
  process.on('SIGINT', () => ask(130));
  process.on('SIGTERM', () => ask(143));
  process.on('SIGHUP', () => ask(129));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      if (!before) ask(141);
    });
  }
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const code = await run().catch((error: unknown) => {
  process.stderr.write(`demo: ${wordsFor(error)}\n`);
  return [WrongFlags, FolderRefused, DatabaseRefused].some((kind) => error instanceof kind) ? 2 : 1;
});
process.stdout.write('', () => process.exit(code));

async function run(): Promise<number> {
  const { help, script, host, port, dir } = parseFlags(process.argv.slice(2));
  if (help) {
    say(USAGE);
    return 0;
  }
  say(`Starting a mesh, Discord and meshwarden; everything they write goes into ${dir}`);
  const began = performance.now();
  const starting = startDemo({ dir, host: host ? '0.0.0.0' : '127.0.0.1', port, environment: process.env, say });
  const demo = await starting;
  say(`Ready in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  try {
    return await Promise.race([script ? playScript(demo, say) : stay(demo, host), asked]);
  } finally {
    say('\nEnding');
    await demo.stop();
  }
}

/** Says where it is and what to try, until somebody ends it. */
async function stay({ discord, configFile }: Demo, host: boolean): Promise<number> {
  const urls = reachable(discord.url, host);
  say(`
Open         ${urls.join('\n             ')}
Type         /mesh status
Then         break something under Faults and press Re-check
Terminal     ./run meshwarden status --config ${configFile}
Ctrl-C       ends everything
`);
  await asked;
  return 0;
}

function wordsFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `${error.message}. Another program listens there: name another port with --port, or none.`;
  if (code === 'EACCES') return `${error.message}. Ports below 1024 belong to root: name a higher one with --port.`;
  if (code === 'ENOSPC') return `${error.message}. The disk is full: free some space and start it again.`;
  return error.message;
}
