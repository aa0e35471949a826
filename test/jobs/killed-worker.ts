/** A worker in a process of its own that takes a job, says so, and never ends: to be killed. Argument: the port of Redis. */
import { stage, testJob } from './stage.ts';

const job = testJob('hangs', () => {
  process.stdout.write('running\n');
  return new Promise(() => undefined);
});
const parts = await stage({ port: Number(process.argv[2]) }, [job]);
parts.worker({ lockMs: 400 });
