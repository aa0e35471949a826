import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { meshFaults } from '../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'meshwarden.mjs');

/** The product that ships, as a person calls it: its exit code and what it printed. */
async function meshwarden(folder: string, ...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], HOME: folder };
  const child = spawn(process.execPath, [BUNDLE, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

describe('meshwarden status --json', () => {
  let mesh: LabMesh;
  let faults: LabFaults;
  let folder: string;
  const look = () => meshwarden(folder, 'status', '--json', '--config', 'meshwarden.yaml');
  const verdictOf = (out: string): unknown => (JSON.parse(out) as { report: { verdict: unknown } }).report.verdict;

  beforeAll(async () => {
    mesh = await buildMesh({ clock: createLabClock() });
    faults = createFaults(meshFaults(mesh));
    folder = await mkdtemp(join(tmpdir(), 'meshwarden-status-'));
    await mesh.writeKubeconfigs(folder);
    await writeFile(join(folder, 'meshwarden.yaml'), mesh.configYaml({ kubeconfigDir: folder }));
  });
  afterAll(async () => {
    await mesh.stop();
    await rm(folder, { recursive: true });
  });

  it.each([
    [0, 'healthy', []],
    [1, 'problems', ['cacerts-wrong-key-cluster-b']],
    [1, 'problems', ['api-stopped-cluster-b']],
    [2, 'unknown', ['no-right-intermediates']],
    [2, 'problems', ['api-stopped-cluster-a', 'api-stopped-cluster-b']],
  ])('ends with %i when it is %s because of %j', async (code, verdict, broken) => {
    for (const id of broken) await faults.set(id, true);
    const answer = await look();
    await faults.reset();

    expect({ code: answer.code, verdict: verdictOf(answer.out), err: answer.err }).toEqual({ code, verdict, err: '' });
  });

  it.each([
    ['is missing', undefined, 'there is no such file'],
    ['is no YAML', '{ clusters: [', 'it is no kubeconfig'],
    ['names no cluster', 'apiVersion: v1\nkind: Config\n', 'it has no context "cluster-b"'],
  ])('ends with 1 and names the file when a kubeconfig %s', async (_, content, why) => {
    const file = join(folder, 'cluster-b.yaml');
    await (content === undefined ? rm(file) : writeFile(file, content));
    const { code, out, err } = await look();
    await mesh.writeKubeconfigs(folder);

    const { problems } = (JSON.parse(out) as { report: { problems: { finding: { code: string; facts: string[] } }[] } }).report;
    expect({ code, err, found: problems.map(({ finding }) => [finding.code, finding.facts]) }).toEqual({
      code: 1,
      err: '',
      found: [['cluster-unreachable', [`The kubeconfig cannot be used (cluster cluster-b, ${file}): ${why}`]]],
    });
  });
});
