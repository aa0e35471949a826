import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../lab/kubernetes/object.ts';
import { canaryHost, canaryObjects } from '../../src/mesh/canary.ts';
import { canaryManifest } from '../../tools/canary/manifest.ts';
import { labFolder, type LabFolder } from './lab-mesh.ts';
import { run } from './terminal.ts';

const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy');
const PLACE = { namespace: 'mesh-canary', service: 'mesh-canary-{cluster}', port: 8080 };
const OBJECTS = [
  'Namespace mesh-canary',
  'ServiceAccount mesh-canary/mesh-canary',
  'Service mesh-canary/mesh-canary-cluster-a',
  'Service mesh-canary/mesh-canary-cluster-b',
  'Deployment mesh-canary/mesh-canary',
];

describe('src/mesh/canary.ts', () => {
  it('is what deploy/canary shows', () => {
    // `node tools/canary-manifest.ts` writes it.
    expect(readFileSync(join(DEPLOY, 'canary', 'canary.yaml'), 'utf8')).toBe(canaryManifest());
  });

  it('sends to a Service nothing but the pods of its own cluster', () => {
    const [, , own, other, deployment] = canaryObjects(PLACE, 'a', ['a', 'b']) as unknown as readonly {
      readonly spec: { readonly selector: object; readonly template?: { readonly metadata: { readonly labels: object } } };
    }[];
    const labels = deployment?.spec.template?.metadata.labels;
    expect([own?.spec.selector, other?.spec.selector]).toEqual([labels, { ...labels, 'app.kubernetes.io/instance': 'b' }]);
  });

  it('has the name that gateways know it by', () => {
    expect(canaryHost(PLACE, 'cluster-b')).toEqual({
      host: 'mesh-canary-cluster-b.mesh-canary.svc.cluster.local',
      sni: 'outbound_.8080_._.mesh-canary-cluster-b.mesh-canary.svc.cluster.local',
    });
  });
});

describe('meshwarden canary', () => {
  let lab: LabFolder;
  const said = async (...argv: readonly string[]) => run(['canary', ...argv], { clock: lab.clock, cwd: lab.dir });
  const lines = (did: string, cluster: string, note = ''): string =>
    [`● ${cluster}${note}`, ...OBJECTS.map((object) => `  ${did.padEnd(7)}  ${object}`), ''].join('\n');

  beforeAll(async () => {
    lab = await labFolder();
  });
  afterAll(() => lab.stop());

  it('says whose right is missing and what gives it, and goes on with the next cluster', async () => {
    const { code, out } = await said('install');
    expect(code).toBe(1);
    expect(out).toMatch(/▲ cluster-a: .*namespaces.*\n {2}Next: .*\n▲ cluster-b: /);
  });

  it('puts it there once, and takes it away whole', async () => {
    const granted = parseAllDocuments(readFileSync(join(DEPLOY, 'rbac', 'canary-installer.yaml'), 'utf8'));
    for (const { api } of lab.mesh.members) for (const document of granted) api.store.put(document.toJS() as KubeObject);

    expect(await said('install', '--cluster', 'cluster-a', '--dry-run')).toEqual({
      code: 0,
      err: '',
      out: lines('created', 'cluster-a', ' (nothing was kept)'),
    });
    expect((await said('status', '--cluster', 'cluster-a')).out).toBe('▲ cluster-a: not there\n');
    expect((await said('install', '--cluster', 'cluster-a')).out).toBe(lines('created', 'cluster-a'));
    expect((await said('install', '--cluster', 'cluster-a')).out).toBe(lines('same', 'cluster-a'));
    expect(JSON.parse((await said('status', '--json')).out)).toEqual({
      schema: 1,
      clusters: [
        { cluster: 'cluster-a', ok: expect.any(Boolean) as unknown, state: { available: expect.any(Number) as unknown, desired: 1 } },
        { cluster: 'cluster-b', ok: false, state: null },
      ],
    });
    expect((await said('remove', '--cluster', 'cluster-a')).out).toMatch(
      /^● cluster-a\n {2}removed {2}Deployment [\s\S]* {2}removed {2}Namespace mesh-canary\n$/,
    );
    expect(lab.mesh.member('cluster-a').api.store.list('Deployment', 'mesh-canary')).toEqual([]);
  });
});
