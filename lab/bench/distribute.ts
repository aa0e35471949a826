/** A renewal on its way from cert-manager's Secrets to `cacerts` of both clusters, and the same by hand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { fieldsAt, textAt, type KubeObject } from '../kubernetes/object.ts';
import { certificateSecret, intermediateOf, lifeOf } from '../scene/cert-manager.ts';
import type { LabMesh } from '../scene/mesh.ts';
import { base64 } from '../scene/text.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WITHIN_MS = 30_000;

export interface Distributed {
  /** From the change of the sources until every cluster has taken the write, in milliseconds. */
  readonly acknowledgedMs: number;
  /** Until the last of them is proved and marked so. */
  readonly provedMs: number;
  /** Calls of the product meanwhile. */
  readonly calls: number;
}

/**
 * Issues both intermediates anew, as valid since long ago, so that no margin is waited for. Each renewal begins later than the one before.
 */
export async function distributeOnce(mesh: LabMesh, round: number): Promise<Distributed> {
  const began = performance.now();
  const before = callsOf(mesh);
  const wanted = mesh.members.map((member) => {
    const shape = intermediateOf(member.name);
    mesh.certManager.setAside(shape.namespace, shape.name);
    const life = lifeOf(shape, mesh.clock.now() - DAY_MS + round * MINUTE_MS);
    const issued = mesh.root.issueIntermediate({ commonName: shape.name, ...life });
    return { member, source: certificateSecret(shape, issued, issued.rootPem), certificate: base64(issued.certificatePem) };
  });
  const written = Promise.all(
    wanted.map(({ member, certificate }) => seen(member.api.store, (object) => fieldsAt(object, 'data')['ca-cert.pem'] === certificate)),
  );
  const proved = Promise.all(
    wanted.map(({ member, certificate }) =>
      seen(
        member.api.store,
        (object) =>
          fieldsAt(object, 'data')['ca-cert.pem'] === certificate &&
          Date.parse(textAt(object, 'metadata', 'annotations', 'meshwarden.dev/proved-at') ?? '') >=
            Date.parse(textAt(object, 'metadata', 'annotations', 'meshwarden.dev/written-at') ?? ''),
      ),
    ),
  );
  for (const { source } of wanted) mesh.signer.api.store.put(source, { manager: 'cert-manager-certificates-issuing' });
  await inTime(written, 'the writes');
  const acknowledgedMs = performance.now() - began;
  await inTime(proved, 'the proof');
  return { acknowledgedMs, provedMs: performance.now() - began, calls: callsOf(mesh) - before };
}

type Store = LabMesh['signer']['api']['store'];

/** Resolves when `cacerts` is as wanted. */
function seen(store: Store, is: (object: KubeObject) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = store.onWrite(({ object }) => {
      if (object.kind !== 'Secret' || object.metadata.name !== 'cacerts' || !is(object)) return;
      stop();
      resolve();
    });
  });
}

async function inTime(work: Promise<unknown>, what: string): Promise<void> {
  const late = new AbortController();
  const timer = systemClock.after(WITHIN_MS, () => late.abort(new Error(`${what} did not come within ${WITHIN_MS / 1_000} s`)));
  const ended = new Promise<never>((_, reject) => late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true }));
  try {
    await Promise.race([work, ended]);
  } finally {
    timer.stop();
  }
}

function callsOf({ members }: LabMesh): number {
  return members.reduce((sum, { api }) => sum + api.audit.length, 0);
}

/** The steps of a guide for both clusters by hand, one process for each: read three values, make a Secret, apply it. Undefined where there is no kubectl. */
export async function byHand(mesh: LabMesh, kubeconfigDir: string, dir: string): Promise<number | undefined> {
  const began = performance.now();
  for (const { name } of mesh.members) {
    const own = `--kubeconfig ${join(kubeconfigDir, `${name}.yaml`)}`;
    const signer = `--kubeconfig ${join(kubeconfigDir, `${mesh.signer.name}.yaml`)}`;
    const secret = `kubectl ${signer} -n istio-ca get secret ${intermediateOf(name).name} -o jsonpath=`;
    const script = [
      'set -e',
      `${secret}'{.data.tls\\.crt}' | base64 -d > ca-cert.pem`,
      `${secret}'{.data.tls\\.key}' | base64 -d > ca-key.pem`,
      `${secret}'{.data.ca\\.crt}' | base64 -d > root-cert.pem`,
      'cat ca-cert.pem root-cert.pem > cert-chain.pem',
      `kubectl ${own} -n istio-system create secret generic cacerts --from-file=ca-cert.pem --from-file=ca-key.pem --from-file=root-cert.pem --from-file=cert-chain.pem --dry-run=client -o yaml > cacerts.yaml`,
      `kubectl ${own} apply --validate=false -f cacerts.yaml`,
    ].join('\n');
    const child = spawn('bash', ['-c', script], { cwd: dir, stdio: 'ignore' });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) return undefined;
  }
  return performance.now() - began;
}
