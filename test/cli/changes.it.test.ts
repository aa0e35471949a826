import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHurriedClock } from '../../lab/hurried-clock.ts';
import { secretsIn } from '../../lab/pki/keys.ts';
import { createLabClock } from '../../lab/clock.ts';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { meshFaults } from '../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { openChanges, openMesh } from '../../src/app.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import { createLogger } from '../../src/core/logger.ts';
import { systemRandom } from '../../src/core/random.ts';
import { folder } from './folder.ts';

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const dir = folder();
let mesh: LabMesh;
let faults: LabFaults;

beforeAll(() => dir.make());
afterAll(() => dir.remove());

/** A person at a terminal: real API servers, no Redis, waits that take no time. */
async function run(argv: readonly string[], typed?: string): Promise<Answer> {
  const out: string[] = [];
  const err: string[] = [];
  const log = createLogger('silent', { write: () => undefined });
  const clock = createHurriedClock(mesh.clock);
  const machine = { clock, random: systemRandom, log, version: '0.0.0' };
  const unused = (): never => {
    throw new Error('a command that changes the authority does not need this');
  };
  const stdin = new PassThrough();
  if (typed !== undefined) stdin.end(`${typed}\n`);
  const context: CliContext = {
    io: {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      stdin,
      isTty: typed !== undefined,
      environment: {},
      cwd: dir.path,
      readFile: (path) => readFile(path, 'utf8'),
      writeFile: unused,
    },
    clock,
    version: '0.0.0',
    user: 'lena',
    logger: () => log,
    openMesh: (config) => openMesh(config, machine),
    openAlerts: () => {
      throw new Error('no alert is wanted here');
    },
    openCanaries: () => {
      throw new Error('no canary is wanted here');
    },
    openChanges: (config) => openChanges(config, machine, AbortSignal.timeout(25_000)),
    trySetup: unused,
    serve: unused,
    registerCommands: unused,
    untilAsked: unused,
    signal: AbortSignal.timeout(25_000),
  };
  const code = await runCli([...argv, '--config', join(dir.path, 'meshwarden.yaml')], context);
  const answer = { code, out: out.join(''), err: err.join('') };
  expect(secretsIn(answer.out + answer.err)).toEqual([]);
  return answer;
}

/** Text with what differs from run to run taken out. */
function steady(text: string): string {
  return text
    .replaceAll(/[0-9A-F]{2}:[0-9A-F]{2}…[0-9A-F]{2}/g, '<fingerprint>')
    .replaceAll(/\d{4}-\d\d-\d\d(?: \d\d:\d\d UTC)?/g, '<time>')
    .replaceAll(/plan [0-9a-f]{8}/g, 'plan <hash>')
    .replaceAll(/clock skew [\d.]+ m?s/g, 'clock skew <skew>')
    .replaceAll(/ · [a-z2-7]{4} · /g, ' · <id> · ');
}

beforeEach(async () => {
  mesh = await buildMesh({ clock: createLabClock() });
  faults = createFaults(meshFaults(mesh));
  await mesh.writeKubeconfigs(dir.path);
  writeFileSync(join(dir.path, 'meshwarden.yaml'), mesh.configYaml({ kubeconfigDir: dir.path }));
  return () => mesh.stop();
});

function signing(cluster: string): string {
  const secret = mesh.member(cluster).api.store.get('Secret', 'istio-system', 'cacerts') as { data?: Record<string, string> } | undefined;
  return secret?.data?.['ca-cert.pem'] ?? '';
}

describe('meshwarden rotate-ca', () => {
  it('shows the plan and changes nothing on a dry run', async () => {
    const before = signing('cluster-b');
    const { code, out, err } = await run(['rotate-ca', '--scope', 'intermediate', '--cluster', 'cluster-b', '--dry-run']);
    expect([code, err]).toEqual([0, '']);
    expect(steady(out)).toBe(
      [
        'Rotate the intermediate of cluster-b · plan <hash>',
        'Now  istio-ica-cluster-b · <fingerprint> · ends <time>',
        'Then a new key and certificate under the same root · until <time>',
        '[ ] 1 back up cacerts in cluster-b',
        '[ ] 2 new certificate from cert-manager',
        '[ ] 3 wait 30 s (clock skew <skew>) · waits 30 s',
        '[ ] 4 write cacerts, nudge 1 istiod · New workload certificates are signed by it from then on.',
        '[ ] 5 prove on it: served chain · waits 3 min · What is not proved in time is put back and held.',
        'No restart. cluster-a is not touched.',
        'Running workloads keep their certificates and renew within 12 h.',
        'Undo: any time, brings back what is there now.',
        '',
      ].join('\n'),
    );
    expect(signing('cluster-b')).toBe(before);
  });

  it('asks, and carries it out when the person agrees', async () => {
    const before = signing('cluster-b');
    const { code, out } = await run(['rotate-ca', '--scope', 'intermediate', '--cluster', 'cluster-b'], 'yes');
    expect(code).toBe(0);
    expect(out).toContain('Carry this out? Type yes to go on: ');
    expect(steady(out)).toContain(
      '● Rotate the intermediate of cluster-b · <id> · done\n  cluster-b signs with the new intermediate, proved on 1 istiod',
    );
    expect(signing('cluster-b')).not.toBe(before);
  });

  it('changes nothing when the person does not', async () => {
    const before = signing('cluster-b');
    const { code, out } = await run(['rotate-ca', '--scope', 'intermediate', '--cluster', 'cluster-b'], 'no');
    expect([code, out.endsWith('Nothing was changed.\n'), signing('cluster-b')]).toEqual([0, true, before]);
  });

  it('where nobody can be asked it wants to be told', async () => {
    const { code, err } = await run(['rotate-ca', '--scope', 'intermediate', '--cluster', 'cluster-b']);
    expect([code, err.split('\n').slice(-3)]).toEqual([
      2,
      ['Nobody can be asked here: this is no terminal', 'Next: Read the plan with --dry-run, then say --yes.', ''],
    ]);
  });

  it('a scope that needs a cluster says so', async () => {
    expect(await run(['rotate-ca', '--scope', 'emergency'])).toEqual({
      code: 2,
      out: '',
      err: 'Scope emergency needs a cluster\nNext: Name it with --cluster.\n',
    });
  });

  it('the root needs several people, and they need Redis', async () => {
    for (const cluster of ['cluster-a', 'cluster-b']) await run(['rotate-ca', '--scope', 'intermediate', '--cluster', cluster, '--yes']);
    const { code, err } = await run(['rotate-ca', '--scope', 'root', '--yes']);
    expect([code, err.split('\n').slice(-3)]).toEqual([
      2,
      [
        'Cannot keep a plan that several people approve: no Redis is configured',
        'Next: Set redis.url in the configuration, or REDIS_URL.',
        '',
      ],
    ]);
  });
});

describe('meshwarden distribute', () => {
  it('has nothing to do in a mesh that is in order', async () => {
    const { code, out } = await run(['distribute', '--yes']);
    expect([code, steady(out)]).toEqual([
      0,
      '● cluster-a signs with <fingerprint>, good until <time>\n  cluster-b signs with <fingerprint>, good until <time>\n',
    ]);
  });

  it('brings renewals to every cluster, one after the other', async () => {
    await faults.set('advance-renewal', true);
    const before = [signing('cluster-a'), signing('cluster-b')];
    const { code, out } = await run(['distribute', '--yes']);
    expect([code, steady(out).split('\n')[0]]).toEqual([0, '● Distribute cacerts · distribute · done']);
    expect([signing('cluster-a') === before[0], signing('cluster-b') === before[1]]).toEqual([false, false]);
  });

  it('refuses garbage, names it, and the cluster keeps its last good one', async () => {
    const before = signing('cluster-b');
    await faults.set('source-garbage-cluster-b', true);
    const { code, out } = await run(['distribute', '--yes']);
    expect(code).toBe(1);
    expect(out).toContain('cluster-b');
    expect(out).toContain('Next:');
    expect(signing('cluster-b')).toBe(before);
  });

  it('refuses another root and names what changes one', async () => {
    await faults.set('source-foreign-cluster-b', true);
    const { code, out } = await run(['distribute', '--cluster', 'cluster-b', '--yes']);
    expect([code, out.includes('/mesh rotate-ca scope:root')]).toEqual([1, true]);
  });

  it('puts back what istiod does not serve, holds it, and publishes it when the hold is released', async () => {
    const before = signing('cluster-b');
    await faults.set('istiod-deaf-cluster-b', true);
    const failed = await run(['rotate-ca', '--scope', 'intermediate', '--cluster', 'cluster-b', '--yes']);
    expect(failed.code).toBe(1);
    expect(signing('cluster-b')).toBe(before);
    const held = await run(['rotation']);
    expect(steady(held.out)).toContain('▲ cluster-b holds back');

    await faults.set('istiod-deaf-cluster-b', false);
    expect((await run(['distribute', '--yes'])).code).toBe(1);
    expect(signing('cluster-b')).toBe(before);

    expect((await run(['release-hold', 'cluster-b', '--yes'])).code).toBe(0);
    expect((await run(['distribute', '--yes'])).code).toBe(0);
    expect(signing('cluster-b')).not.toBe(before);
  });
});

describe('meshwarden restore', () => {
  it('puts a backup back, byte for byte', async () => {
    const before = signing('cluster-b');
    await run(['rotate-ca', '--scope', 'intermediate', '--cluster', 'cluster-b', '--yes']);
    const listed = await run(['rotation']);
    const name = /cacerts-backup-[0-9a-f]{10}/.exec(listed.out)?.[0] ?? '';
    const { code } = await run(['restore', 'cluster-b', name, '--yes']);
    expect([code, signing('cluster-b')]).toEqual([0, before]);
  });

  it('a backup that is not there is named', async () => {
    const { code, out } = await run(['restore', 'cluster-b', 'cacerts-backup-none', '--yes']);
    expect([code, out.includes('cacerts-backup-none')]).toEqual([1, true]);
  });
});

describe('meshwarden rotation', () => {
  it('says that nothing is under way', async () => {
    expect(await run(['rotation'])).toEqual({ code: 0, out: '● Nothing is under way\n', err: '' });
  });

  it('takes one decision at a time', async () => {
    expect(await run(['rotation', '--pause', '--abort'])).toMatchObject({ code: 2, err: 'Only one of --pause and --abort can be done\n' });
  });

  it('cannot pause what is not under way', async () => {
    expect(await run(['rotation', '--pause'])).toMatchObject({
      code: 2,
      err: 'Change none is not under way\nNext: `/mesh rotation` shows what is.\n',
    });
  });
});
