/** A mesh of the lab under the eyes of the rules, and processes of the product that change its authority over HTTPS and may be killed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLabClock } from '../../lab/clock.ts';
import { createHurriedClock } from '../../lab/hurried-clock.ts';
import { everyKeyEverMade, secretsIn } from '../../lab/pki/keys.ts';
import { PRODUCT_USER } from '../../lab/scene/rbac.ts';
import { buildMesh, type LabMesh, type MeshOptions } from '../../lab/scene/mesh.ts';
import { PURE_PARTS } from '../../src/app/changes.ts';
import type { AuditEntry, AuthorityPort, ChangeView, EngineContext } from '../../src/changes/ports.ts';
import type { Clock } from '../../src/core/clock.ts';
import { SECOND } from '../../src/core/duration.ts';
import { createLogger, type Logger } from '../../src/core/logger.ts';
import { systemRandom } from '../../src/core/random.ts';
import { createAuthorityPort } from '../../src/k8s/ca/authority.ts';
import { createClusters } from '../../src/k8s/clusters.ts';
import { readCertificates } from '../../src/pki/certificate.ts';
import { EVEN, identityOf } from '../k8s/lab.ts';
import { NAMES, POLICY, SIGNER, TARGET } from '../k8s/ca/bench.ts';
import { watchMesh, type Watch } from './watch.ts';

/** The Lease is renewed on the machine's time, since others are served in no time: everything shorter is slept through at once. */
const LEASE_PACE_MS = 5 * SECOND;

/** What was shown last of each change, as Redis keeps it. */
export type Memory = Map<string, ChangeView>;

/** One process of the product. */
export interface Process {
  readonly context: EngineContext;
  /** Its end without a word: no answer is heard any more and no call is made. */
  kill(): void;
  readonly killed: boolean;
  close(): Promise<void>;
}

export interface ProcessOptions {
  readonly memory?: Memory;
  /** What it does instead of the real port, with that at hand. */
  readonly port?: (real: AuthorityPort) => AuthorityPort;
  /** The longest time on the machine's clock that a call may take, in milliseconds. */
  readonly deadlineMs?: number;
}

export interface Stage {
  readonly mesh: LabMesh;
  readonly watch: Watch;
  readonly audited: AuditEntry[];
  /** Everything that was said anywhere: log lines, views, entries of the audit. */
  readonly said: string[];
  start(options?: ProcessOptions): Process;
  /** Tells of every write that an API server accepted from the product, before its answer goes out. Reviews and leases are told too. */
  onProductWrite(listener: (path: string) => void): () => void;
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** A fresh mesh of two clusters. */
export async function openStage(options: Omit<MeshOptions, 'clock'> = {}): Promise<Stage> {
  const mesh = await buildMesh({ clock: createLabClock(), ...options });
  const folder = await mkdtemp(join(tmpdir(), 'meshwarden-matrix-'));
  for (const [name, text] of mesh.kubeconfigs()) await writeFile(join(folder, `${name}.yaml`), text);
  const [root] = readCertificates(mesh.root.certificatePem).certificates;
  const pinnedRoot = root?.fingerprint ?? '';
  const said: string[] = [];
  const audited: AuditEntry[] = [];
  const processes: Process[] = [];
  const log = createLogger('debug', { write: (line) => void said.push(line) });
  return {
    mesh,
    watch: watchMesh(mesh, pinnedRoot),
    audited,
    said,
    start(given = {}) {
      const process = startProcess({ mesh, folder, pinnedRoot, said, audited, log, holder: `process-${processes.length}` }, given);
      processes.push(process);
      return process;
    },
    onProductWrite(listener) {
      const letGo = mesh.members.map(({ api }) =>
        api.onCall(({ user, method, status, path }) => {
          if (user === PRODUCT_USER && method !== 'GET' && status >= 200 && status < 300) listener(path);
        }),
      );
      return () => letGo.forEach((one) => one());
    },
    settled: () => settle(mesh),
    async stop() {
      await Promise.all(processes.map((process) => process.close()));
      await mesh.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function settle(mesh: LabMesh): Promise<void> {
  mesh.certManager.settle();
  await Promise.all(mesh.members.map(({ istiod }) => istiod.settled()));
}

interface Parts extends Pick<Stage, 'mesh' | 'said' | 'audited'> {
  readonly folder: string;
  readonly pinnedRoot: string;
  readonly log: Logger;
  readonly holder: string;
}

function startProcess({ mesh, folder, pinnedRoot, said, audited, log, holder }: Parts, options: ProcessOptions): Process {
  const { memory = new Map<string, ChangeView>(), port = (real) => real, deadlineMs } = options;
  const hurried = createHurriedClock(mesh.clock);
  const clock = portClock(mesh, hurried, deadlineMs);
  const targets = NAMES.map((name) => ({
    identity: { ...identityOf(name), roles: name === SIGNER ? (['signer'] as const) : [] },
    kubeconfig: [join(folder, `${name}.yaml`)],
    application: 'default',
  }));
  const pool = createClusters({ targets, istioNamespace: 'istio-system', authority: TARGET, clock, random: EVEN });
  const real = createAuthorityPort({
    members: pool.members,
    signer: pool.members[0],
    target: TARGET,
    istioNamespace: 'istio-system',
    policy: { ...POLICY, pinnedRoot },
    holder,
    clock,
    random: systemRandom,
    log,
  });
  const abort = new AbortController();
  const tell = (thing: unknown): void => void said.push(JSON.stringify(thing));
  const context: EngineContext = {
    authority: port(real),
    ...PURE_PARTS,
    audit: { add: async (entry) => (tell(entry), void audited.push(entry)) },
    board: { put: async (view) => (tell(view), void memory.set(view.id, view)), get: async (id) => memory.get(id) },
    clock: hurried,
    log,
    signal: abort.signal,
    progress: (text) => void said.push(text),
  };
  return {
    context,
    get killed() {
      return abort.signal.aborted;
    },
    kill() {
      abort.abort(new Error('killed'));
      void pool.close();
    },
    close: () => pool.close(),
  };
}

function portClock({ clock }: LabMesh, hurried: Clock, deadlineMs = Infinity): Clock {
  return {
    now: () => clock.now(),
    after: (ms, run) => clock.after(Math.min(ms, deadlineMs), run),
    sleep: (ms, signal) => (ms >= LEASE_PACE_MS ? clock.sleep(ms, signal) : hurried.sleep(ms, signal)),
  };
}

/** Secrets of the lab that a text shows: as they are, in JSON, base64 or hex. */
export function leaksIn(text: string): number {
  const hex = everyKeyEverMade().filter((key) => text.includes(Buffer.from(key).toString('hex')));
  return secretsIn(text).length + hex.length;
}
