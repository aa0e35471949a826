import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLabClock, type LabClock } from '../../lab/clock.ts';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { meshFaults } from '../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import type { CaMemoryStore, Outbox, ServiceContext } from '../../src/actions/action.ts';
import { checkCaExpiry, type CaExpiryResult } from '../../src/actions/check-ca-expiry.ts';
import { openMesh } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemRandom } from '../../src/core/random.ts';
import { NOTHING_SEEN, type CaMemory } from '../../src/mesh/ca-notices.ts';
import { logLines } from '../core/log-lines.ts';

const DAY = 86_400_000;
let dir: string;
let clock: LabClock;
let mesh: LabMesh;
let faults: LabFaults;
let observer: ReturnType<typeof openMesh>;
let kept: CaMemory;
let told: string[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'meshwarden-ca-'));
  clock = createLabClock();
  mesh = await buildMesh({ clock });
  await mesh.writeKubeconfigs(dir);
  const text = mesh.configYaml({ kubeconfigDir: dir });
  const readFile = (): Promise<string> => Promise.resolve(text);
  const loaded = await loadConfig({ environment: {}, cwd: dir, readFile }, { file: 'meshwarden.yaml', secrets: 'skip' });
  if (loaded.kind !== 'config') throw new Error('the lab wrote a configuration that cannot be read');
  observer = openMesh(loaded.config, { clock, random: systemRandom, log: logLines().log, version: '0' });
  faults = createFaults(meshFaults(mesh));
  kept = NOTHING_SEEN;
  told = [];
});

afterEach(async () => {
  await observer.close();
  await mesh.stop();
  rmSync(dir, { recursive: true });
});

const memory: CaMemoryStore = {
  read: () => Promise.resolve(kept),
  write: (next) => {
    kept = next;
    return Promise.resolve();
  },
};

const outbox: Outbox = {
  add({ id }) {
    if (told.includes(id)) return Promise.resolve('known');
    told.push(id);
    return Promise.resolve('added');
  },
};

function look(caMemory: CaMemoryStore = memory): Promise<CaExpiryResult> {
  const context: ServiceContext = {
    clock,
    log: logLines().log,
    signal: AbortSignal.timeout(20_000),
    mesh: observer,
    progress: () => undefined,
    history: { record: () => Promise.resolve(new Map()) },
    caMemory,
    outbox,
    renewalOverdueAfter: DAY,
  };
  return checkCaExpiry.run({}, context);
}

const news = ({ told: notices }: CaExpiryResult): readonly string[] => notices.map(({ kind, what }) => `${kind}: ${what}`);
const RENEWED = ['caRenewed: The intermediate of cluster-a', 'caRenewed: The intermediate of cluster-b'];
const OVERDUE = ['caRenewalOverdue: The intermediate of cluster-a', 'caRenewalOverdue: The intermediate of cluster-b'];

describe('check-ca-expiry', () => {
  it('remembers in silence what it sees first', async () => {
    const first = await look();

    expect(first).toEqual({ at: first.at, told: [], failure: undefined });
    expect(Object.keys(kept.certificates).toSorted()).toEqual(['cluster-a', 'cluster-b', 'root']);
  });

  it('tells a renewal once', async () => {
    await look();
    await faults.set('advance-renewal', true);

    expect([news(await look()), news(await look())]).toEqual([RENEWED, []]);
  });

  it('tells an overdue renewal once, and its renewal when it comes', async () => {
    await look();
    mesh.certManager.stop('test');
    clock.advance((mesh.certManager.nextRenewal() ?? 0) - clock.now() + 2 * DAY);

    const overdue = [news(await look()), news(await look())];
    mesh.certManager.start('test');

    expect(overdue).toEqual([OVERDUE, []]);
    expect([news(await look()), news(await look())]).toEqual([RENEWED, []]);
  });

  it('is silent within the grace after a renewal time', async () => {
    await look();
    mesh.certManager.stop('test');
    clock.advance((mesh.certManager.nextRenewal() ?? 0) - clock.now() + DAY / 2);

    expect(news(await look())).toEqual([]);
  });

  it('tells nothing and forgets nothing while the signer cannot be seen', async () => {
    await look();
    const before = kept;
    await faults.set('api-stopped-cluster-a', true);
    await faults.set('advance-renewal', true);

    const blind = await look();
    const after = kept;
    await faults.set('api-stopped-cluster-a', false);

    expect(news(blind)).toEqual([]);
    expect(blind.failure).toMatch(/cluster-a/);
    expect(after).toEqual(before);
    expect(news(await look())).toEqual(RENEWED);
  });

  it('tells nothing twice after a stop between telling and remembering', async () => {
    await look();
    await faults.set('advance-renewal', true);
    const broken: CaMemoryStore = { ...memory, write: () => Promise.reject(new Error('the process was killed here')) };

    await expect(look(broken)).rejects.toThrow('the process was killed here');

    expect(told).toHaveLength(2);
    expect(news(await look())).toEqual([]);
    expect(told).toHaveLength(2);
  });
});
