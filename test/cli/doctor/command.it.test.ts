import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { createFaults } from '../../../lab/faults.ts';
import { secretsIn } from '../../../lab/pki/keys.ts';
import { meshFaults } from '../../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

let folder: string;
let mesh: LabMesh;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  mesh = await buildMesh({ clock: createLabClock() });
  await mesh.writeKubeconfigs(folder);
  config = join(folder, 'meshwarden.yaml');
  await writeFile(config, mesh.configYaml({ kubeconfigDir: folder }));
});

afterAll(async () => {
  await mesh.stop();
  await rm(folder, { recursive: true });
});

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function doctor(...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, 'doctor', ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

interface Answer {
  readonly schema: number;
  readonly verdict: string;
  readonly results: readonly { readonly group: string; readonly check: string; readonly state: string }[];
}

function failures({ stdout }: Ran): { readonly verdict: string; readonly failed: readonly (readonly [string, string])[] } {
  const { verdict, results } = JSON.parse(stdout) as Answer;
  return { verdict, failed: results.filter(({ state }) => state === 'failed').map(({ group, check }) => [group, check]) };
}

describe('meshwarden doctor', () => {
  it('ends well where nothing is wrong, and says what it did not try', async () => {
    const ran = await doctor('--config', config);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain('\nNothing that was tried stands in the way.');
    expect(secretsIn(ran.stdout)).toEqual([]);
  });

  it('names what failed, as text and as JSON, and repeats no secret', async () => {
    const faults = createFaults(meshFaults(mesh));
    await faults.set('api-stopped-cluster-b', true);
    await faults.set('no-right-secrets-cluster-a', true);
    const [json, plain] = await Promise.all([doctor('--config', config, '--json'), doctor('--config', config, '--only', 'clusters')]);
    await faults.reset();

    expect([json.code, plain.code]).toEqual([1, 1]);
    expect(failures(json)).toEqual({
      verdict: 'failed',
      failed: [
        ['cluster-a', 'cluster-rights'],
        ['cluster-b', 'cluster-reachable'],
      ],
    });
    expect(plain.stdout).toContain('resources: [secrets]');
    expect(plain.stdout).toContain('connection refused');
    expect(secretsIn(json.stdout + json.stderr + plain.stdout + plain.stderr)).toEqual([]);
  });

  it('cannot begin without a configuration', async () => {
    const missing = join(folder, 'missing.yaml');
    const ran = await doctor('--config', missing, '--json');
    expect([ran.code, failures(ran)]).toEqual([2, { verdict: 'unusable', failed: [['configuration', 'config-loads']] }]);
  });

  it('knows its words', async () => {
    const ran = await doctor('--only', 'moon');
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain('clusters, tailscale, probes, redis, discord, alerts');
  });
});
