/** `./run bench`: the figures of docs/performance.md, measured now. It ends with 0 also where a target is missed, with 1 where something could not be measured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { figureLine, holds, type Figure } from './bench/figure.ts';
import { measure } from './bench/measure.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const dir = await mkdtemp(join(tmpdir(), 'meshwarden-bench-'));
const figures: Figure[] = [];
let unmeasured = 0;

say(
  `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}. Medians; in brackets the lowest and the highest.`,
);
try {
  await measure({
    dir,
    environment: process.env,
    tell(result) {
      if ('why' in result) unmeasured += 1;
      else figures.push(result);
      say('why' in result ? `${result.name}: could not be measured: ${result.why}` : figureLine(result));
    },
  });
} finally {
  await rm(dir, { recursive: true, force: true });
}
const kept = figures.map((figure) => holds(figure)).filter((kept) => kept !== undefined);
say(`${kept.filter(Boolean).length} of ${kept.length} targets hold, ${unmeasured} could not be measured`);
process.exit(unmeasured === 0 ? 0 : 1);
