/** `./run demo`: the whole product on this machine, in a browser or, with `--script`, by itself. */
import { once } from 'node:events';
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { STEPS } from './demo/script.ts';
import { startDemo, type Demo } from './demo/start.ts';

const DIR = join(import.meta.dirname, '..', '.demo');

const { values } = parseArgs({
  options: {
    host: { type: 'boolean', default: false },
    script: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const asked = new Promise<string>((resolve) => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // A second one does not wait for what a first one began.
    process.on(name, () => (ending ? process.exit(130) : resolve(name)));
  }
});
let ending = false;

say(`Starting the lab in ${DIR}`);
const began = performance.now();
const demo = await startDemo({
  dir: DIR,
  host: values.host ? '0.0.0.0' : '127.0.0.1',
  port: Number(values.port),
  environment: process.env,
  say,
});
say(`Ready in ${((performance.now() - began) / 1_000).toFixed(1)} s`);

const code = values.script ? await Promise.race([play(demo), asked.then(() => 130)]) : await stay(demo);
ending = true;
await demo.stop();
process.exitCode = code;
if (code !== 0) await once(process.stdout, 'drain').catch(() => undefined);
process.exit(code);

/** Until somebody ends it. */
async function stay({ discord }: Demo): Promise<number> {
  const { port } = new URL(discord.url);
  say('');
  for (const url of values.host ? addresses(port) : [discord.url]) say(`Open   ${url}`);
  say('Type   /mesh status     Break something in the panel of faults     Ctrl-C ends everything');
  await asked;
  say('\nEnding');
  return 0;
}

/** Plays every step and prints both sides; 0 only when each answer was the expected one. */
async function play(running: Demo): Promise<number> {
  const { discord } = running;
  let failed = 0;
  let printed = 0;
  for (const [index, step] of STEPS.entries()) {
    say(`\n=== ${index + 1}. ${step.name}`);
    try {
      await step.run(running);
    } catch (error) {
      failed += 1;
      say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
    say(discord.transcript.slice(printed).join('\n'));
    printed = discord.transcript.length;
  }
  const problems = discord.problems();
  if (problems.length > 0) say(`\nDiscord refused or misread:\n${problems.join('\n')}`);
  say(`\n${STEPS.length - failed} steps as expected, ${failed} not. Log of the product: ${running.logFile}`);
  return failed === 0 && problems.length === 0 ? 0 : 1;
}

function addresses(port: string): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => `http://${address}:${port}`);
}
