/** One mesh of the lab and a folder with what a person has of it: kubeconfigs and a configuration. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabClock } from '../../lab/clock.ts';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { meshFaults } from '../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { createStillClock } from '../lab/still-clock.ts';

export interface LabFolder {
  readonly clock: LabClock;
  readonly mesh: LabMesh;
  readonly faults: LabFaults;
  /** Holds `meshwarden.yaml`, a kubeconfig for each cluster, and `all.yaml`. */
  readonly dir: string;
  /** A folder without a configuration. */
  readonly bare: string;
  /** The text of `meshwarden.yaml`. */
  readonly config: string;
  /** Writes a file into the folder without a configuration, and answers its path. */
  write(name: string, text: string): string;
  stop(): Promise<void>;
}

export async function labFolder(): Promise<LabFolder> {
  const clock = createStillClock();
  const mesh = await buildMesh({ clock });
  const dir = mkdtempSync(join(tmpdir(), 'meshwarden-cli-'));
  const bare = mkdtempSync(join(tmpdir(), 'meshwarden-bare-'));
  await mesh.writeKubeconfigs(dir);
  const config = mesh.configYaml({ kubeconfigDir: dir });
  writeFileSync(join(dir, 'meshwarden.yaml'), config);
  return {
    clock,
    mesh,
    faults: createFaults(meshFaults(mesh)),
    dir,
    bare,
    config,
    write(name, text) {
      const path = join(bare, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    async stop() {
      await mesh.stop();
      for (const folder of [dir, bare]) rmSync(folder, { recursive: true });
    },
  };
}
