/** Every change of the authority once, as an operator runs it, against what `deploy/rbac` grants. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createLabClock } from '../../../lab/clock.ts';
import { createFaults } from '../../../lab/faults.ts';
import { createHurriedClock } from '../../../lab/hurried-clock.ts';
import { meshFaults } from '../../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';
import { PRODUCT_USER } from '../../../lab/scene/rbac.ts';
import { openChanges, openMesh } from '../../../src/app.ts';
import type { ChangesHere } from '../../../src/cli/changes.ts';
import type { ChangeView } from '../../../src/changes/ports.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/config.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { watchSources } from '../../../src/k8s/ca/watch-sources.ts';
import { signerWriterRights, writerRights, type Right } from '../../../src/k8s/rights.ts';
import type { Goal } from '../../../src/rotation/goal.ts';
import { NEVER } from '../lab.ts';
import { found, OTHER, SIGNER, TARGET } from './bench.ts';

/** Rights that a call needs and no audit log shows as such. Each has to be unused, or it goes from here. */
const UNSEEN: Readonly<Record<string, string>> = {
  'pods/portforward create': 'an upgrade by GET asks for create beside get since Kubernetes 1.35',
  'certificates create in cert-manager': 'server-side apply of an object that is not there asks for create beside patch',
  'certificates create in istio-ca': 'as above',
  'clusterissuers create': 'as above',
};

describe('deploy/rbac', () => {
  let folder: string;
  let mesh: LabMesh;
  let config: Config;
  let changes: ChangesHere;
  const log = createLogger('silent', { write: () => undefined });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rights-used-'));
    mesh = await buildMesh({ clock: createLabClock(), multiRoot: true });
    await mesh.writeKubeconfigs(folder);
    const file = join(folder, 'meshwarden.yaml');
    await writeFile(file, mesh.configYaml({ kubeconfigDir: folder }));
    const loaded = await loadConfig(
      { environment: {}, cwd: folder, readFile: (path) => readFile(path, 'utf8') },
      { file, secrets: 'read' },
    );
    if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded));
    ({ config } = loaded);
    changes = openChanges(config, machine(), NEVER);
  });
  afterAll(async () => {
    await changes.close();
    await mesh.stop();
    await rm(folder, { recursive: true });
  });

  function machine() {
    return { clock: createHurriedClock(mesh.clock), random: systemRandom, log, version: '0.0.0' };
  }

  /** Plans, approves, and goes on until it is over, agreeing to all that is asked and letting all waits pass. */
  async function change(goal: Goal): Promise<ChangeView> {
    const planned = await changes.plan(goal);
    if (planned.kind !== 'plan') throw new Error(`${goal.kind}: ${JSON.stringify(planned)}`);
    let view = await changes.start({ goal, plan: planned.plan, by: 'cli:lena' }, () => undefined);
    for (let looks = 0; looks < 60 && !OVER.has(view.state); looks += 1) {
      const { until, question } = view;
      if (question !== undefined) await changes.steer({ op: 'agree', question, by: 'cli:lena' });
      else mesh.clock.advance(until === undefined ? 60_000 : Math.max(0, until - mesh.clock.now() + 1_000));
      await Promise.all(mesh.members.map(({ istiod }) => istiod.settled()));
      view = (await changes.advance(() => undefined)) ?? view;
    }
    return view;
  }

  /** Somebody else's, as `kubectl apply` leaves it. */
  function giveAway(): void {
    const { store } = mesh.member(OTHER).api;
    const { apiVersion = '', kind = '', type, data } = found(store.get('Secret', 'istio-system', 'cacerts'));
    store.delete('Secret', 'istio-system', 'cacerts');
    store.put(
      { apiVersion, kind, type, data, metadata: { namespace: 'istio-system', name: 'cacerts' } },
      { manager: 'kubectl-client-side-apply' },
    );
  }

  /** As the service does beside everything else. */
  async function watching(work: () => Promise<void>): Promise<void> {
    const pool = openMesh(config, machine());
    const watch = watchSources({ signer: pool.members[0], target: TARGET, ...machine(), onChange: () => undefined });
    await watch.synced;
    await work();
    await watch.stop();
    await pool.close();
  }

  async function everything(): Promise<Readonly<Record<string, string>>> {
    const states: Record<string, string> = {};
    await watching(async () => {
      await createFaults(meshFaults(mesh)).set('advance-renewal', true);
      states['distribute'] = (await changes.distribute(undefined, 'cli:lena', () => undefined)).state;
    });
    const take = async (goal: Goal): Promise<void> => {
      const { state, says, findings, failure } = await change(goal);
      states[goal.kind] = state === 'done' ? state : JSON.stringify({ state, says, findings, failure });
    };
    await take({ kind: 'intermediate', cluster: OTHER });
    const kept = (await changes.standing()).backups.find(({ cluster }) => cluster === OTHER);
    await take({ kind: 'restore', cluster: OTHER, backup: found(kept?.name) });
    await take({ kind: 'releaseHold', cluster: OTHER });
    giveAway();
    await take({ kind: 'adopt', cluster: OTHER });
    for (const cluster of [SIGNER, OTHER]) await take({ kind: 'emergency', cluster });
    await take({ kind: 'root', speed: 'gentle' });
    return states;
  }

  it('grants what every change needs, and nothing beside', async () => {
    expect(await everything()).toEqual({
      distribute: 'done',
      intermediate: 'done',
      restore: 'done',
      releaseHold: 'done',
      adopt: 'done',
      emergency: 'done',
      root: 'done',
    });
    const calls = mesh.members.flatMap(({ name, api }) =>
      api.audit.filter(({ user }) => user === PRODUCT_USER).map((entry) => ({ cluster: name, ...entry })),
    );
    const refused = calls.filter(({ status }) => status === 403).map(({ cluster, method, path }) => `${cluster} ${method} ${path}`);
    expect([...new Set(refused)]).toEqual([]);
    const used = calls.map(({ cluster, method, path, verb }) => ({ cluster, ...called(method, path, verb) }));
    const granted = [...writerRights('istio-system'), ...signerWriterRights('cert-manager', 'istio-ca')];
    const unused = granted.filter((right) => !used.some((call) => uses(call, right))).map(shown);
    expect([...new Set(unused)].sort()).toEqual(Object.keys(UNSEEN).sort());
    const rules = new Map(mesh.members.map(({ name, roles }) => [name, manifests(roles.includes('signer'))]));
    const beyond = used.filter((call) => call.resource !== '' && !(rules.get(call.cluster) ?? []).some((right) => uses(call, right)));
    expect([...new Set(beyond.map((call) => JSON.stringify(call)))]).toEqual([]);
  });
});

const OVER: ReadonlySet<string> = new Set(['done', 'aborted', 'stuck', 'failed']);

interface Called {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly namespace: string | undefined;
  /** Also of a list or watch of one name. */
  readonly name: string | undefined;
}

const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+\/(?:namespaces\/(?<namespace>[^/]+)\/)?(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<part>[^/]+))?$/;

function called(method: string, path: string, verb: string): Called {
  const url = new URL(path, 'https://lab');
  const { group = '', namespace, resource = '', name, part } = PATH.exec(url.pathname)?.groups ?? {};
  const only = /^metadata\.name=(.+)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
  // Whoever is logged in may ask about themselves, and read the version.
  const isOwn = group.endsWith('k8s.io') && resource.startsWith('selfsubject') && method === 'POST';
  return {
    group,
    resource: isOwn ? '' : [resource, part].filter((one) => one !== undefined).join('/'),
    verb,
    namespace,
    name: name ?? only,
  };
}

function uses(call: Called, right: Right): boolean {
  return (
    call.group === right.group &&
    call.resource === right.resource &&
    call.verb === right.verb &&
    (right.namespace === undefined || right.namespace === call.namespace) &&
    (right.name === undefined || right.name === call.name)
  );
}

function shown({ resource, verb, namespace, name }: Right): string {
  const shownName = name === undefined ? '' : ` ${name}`;
  const place = namespace === undefined || namespace === 'istio-system' ? '' : ` in ${namespace}`;
  return `${resource}${shownName} ${verb}${place}`;
}

interface Role {
  readonly metadata: { readonly namespace?: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

function manifests(signs: boolean): readonly Right[] {
  const files = signs ? ['reader', 'signer', 'writer', 'signer-writer'] : ['reader', 'writer'];
  return files
    .flatMap((file) => parseAllDocuments(readFileSync(new URL(`../../../deploy/rbac/${file}.yaml`, import.meta.url), 'utf8')))
    .map((document) => document.toJS() as Role)
    .flatMap(({ metadata: { namespace }, rules = [] }) =>
      rules.flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            verbs.flatMap((verb) => resourceNames.map((name) => ({ group, resource, verb, namespace, name }))),
          ),
        ),
      ),
    );
}
