import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { meshFaults } from '../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { meshStatus } from '../../src/actions/mesh-status.ts';
import { openMesh } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/core/logger.ts';
import { systemRandom } from '../../src/core/random.ts';
import { createStillClock } from '../lab/still-clock.ts';

/** What a look says, as names: problems worst first, and what could not be looked at. */
export interface Seen {
  readonly verdict: string;
  /** `code place`. */
  readonly problems: readonly string[];
  /** Checks by the cluster, or `mesh`, that they could not judge. */
  readonly unseen: Readonly<Record<string, readonly string[]>>;
}

/** A mesh of the lab that is looked at as `meshwarden status` does it, with the configuration a person would have. */
export interface WatchedMesh {
  readonly mesh: LabMesh;
  readonly faults: LabFaults;
  look(): Promise<Seen>;
  stop(): Promise<void>;
}

export async function watchMesh(): Promise<WatchedMesh> {
  const clock = createStillClock();
  const mesh = await buildMesh({ clock });
  const folder = await mkdtemp(join(tmpdir(), 'meshwarden-e2e-'));
  await mesh.writeKubeconfigs(folder);
  const file = join(folder, 'meshwarden.yaml');
  await writeFile(file, mesh.configYaml({ kubeconfigDir: folder }));
  const sources = { environment: {}, cwd: folder, readFile: (path: string) => readFile(path, 'utf8') };
  const loaded = await loadConfig(sources, { file, secrets: 'skip' });
  if (loaded.kind !== 'config') throw new Error(`The lab's own configuration is refused: ${JSON.stringify(loaded)}`);
  const log = createLogger('silent', { write: () => undefined });
  const pool = openMesh(loaded.config, { clock, random: systemRandom, log, version: '0.0.0' });
  const { signal } = new AbortController();
  return {
    mesh,
    faults: createFaults(meshFaults(mesh)),
    async look() {
      const { report } = await meshStatus.run({}, { mesh: pool, clock, log, signal, progress: () => undefined });
      const errored = report.errored.map(({ check, reason }) => `${check} failed: ${reason}`);
      const unseen = Object.groupBy(report.unseen, ({ subject }) => subject);
      return {
        verdict: report.verdict,
        problems: [
          ...errored,
          ...report.problems.map(({ finding }) => `${finding.code} ${finding.subject.cluster ?? ''}/${finding.subject.name}`),
        ],
        unseen: Object.fromEntries(Object.entries(unseen).map(([subject, list = []]) => [subject, list.map(({ check }) => check)])),
      };
    },
    async stop() {
      await pool.close();
      await mesh.stop();
      await rm(folder, { recursive: true });
    },
  };
}
