/** cert-manager on the lab's clock: issues intermediates when their time comes, with the ca issuer's Secret as the real one does. */
import type { LabClock } from '../clock.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { fieldsAt, kubeTime, listAt, textAt } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/objects.ts';
import { rootFromPem } from '../pki/authority.ts';
import { certificateSecret, type CertificateShape, issuedStatus, lifeOf, readyCondition, ROOT } from '../scene/cert-manager.ts';
import { fromBase64 } from '../scene/text.ts';

/** What cert-manager watches: the clock, the objects of the signer cluster and the Certificates it renews. */
export interface CertManagerOptions {
  readonly clock: LabClock;
  /** The signer cluster. */
  readonly store: ObjectStore;
  readonly intermediates: readonly CertificateShape[];
}

/** The controller, as faults and time see it. */
export interface CertManager {
  readonly running: boolean;
  /** What falls due from now on waits for as long as there is a reason that it is stopped. */
  stop(reason: string): void;
  /** Takes a reason away. With the last one gone it catches up at once with what fell due meanwhile. */
  start(reason: string): void;
  /** The earliest instant at which it has something to issue, in UTC milliseconds. */
  nextRenewal(): number | undefined;
  /** Lets go of the clock. */
  close(): void;
}

const MANAGER = 'cert-manager-certificates-issuing';

/** Starts it, running. */
export function createCertManager({ clock, store, intermediates }: CertManagerOptions): CertManager {
  const reasons = new Set<string>();
  let since = clock.now();

  function renewDue(): void {
    if (reasons.size > 0) return;
    for (const shape of intermediates) {
      let due = renewalTimeOf(store, shape);
      while (due !== undefined && due <= clock.now()) {
        // Time jumps here: each renewal happens at the instant it would have happened at, but none while it was stopped.
        issue(store, shape, Math.max(due, since));
        due = renewalTimeOf(store, shape);
      }
    }
  }

  const letGo = clock.onAdvance(renewDue);
  return {
    get running() {
      return reasons.size === 0;
    },
    stop: (reason) => void reasons.add(reason),
    start(reason) {
      if (!reasons.delete(reason) || reasons.size > 0) return;
      since = clock.now();
      renewDue();
    },
    nextRenewal() {
      const times = intermediates.flatMap((shape) => renewalTimeOf(store, shape) ?? []);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    close: letGo,
  };
}

function renewalTimeOf(store: ObjectStore, { namespace, name }: CertificateShape): number | undefined {
  const time = textAt(certificateIn(store, namespace, name), 'status', 'renewalTime');
  return time === undefined ? undefined : Date.parse(time);
}

/** Undefined also while the definitions are missing. */
function certificateIn(store: ObjectStore, namespace: string, name: string): KubeObject | undefined {
  const served = store.get('CustomResourceDefinition', '', 'certificates.cert-manager.io') !== undefined;
  return served ? store.get('Certificate', namespace, name) : undefined;
}

/** The states in the order in which a watcher of the real one sees them: Issuing, the Secret, the revision, the times. */
function issue(store: ObjectStore, shape: CertificateShape, at: number): void {
  const { namespace, name } = shape;
  const before = certificateIn(store, namespace, name);
  const data = fieldsAt(store.get('Secret', ROOT.namespace, ROOT.name), 'data');
  const root = rootFromPem(fromBase64(data['tls.crt']), fromBase64(data['tls.key']));
  const life = lifeOf(shape, at);
  const conditions = readyOf(listAt(before, 'status', 'conditions'), at);
  const revision = Number(fieldsAt(before, 'status')['revision']) + 1;
  const say = (status: object): void => void store.patch('Certificate', namespace, name, { status }, { manager: MANAGER });

  say({ conditions: [...conditions, renewing(at, textAt(before, 'status', 'renewalTime') ?? '', before?.metadata.generation ?? 1)] });
  const issued = root.issueIntermediate({ commonName: name, ...life });
  store.put(certificateSecret(shape, issued, issued.rootPem), { manager: MANAGER });
  say({ conditions, revision });
  say(issuedStatus(shape, life));
}

/** Ready stays as it was through a renewal; one that was not Ready becomes it. */
function readyOf(conditions: readonly unknown[], at: number): unknown[] {
  const ready = conditions.filter((one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True');
  return ready.length === 0 ? [readyCondition(at)] : ready;
}

function renewing(at: number, scheduled: string, observedGeneration: number): object {
  const shown = scheduled.replace('T', ' ').replace('Z', ' +0000 UTC');
  return {
    lastTransitionTime: kubeTime(at),
    message: `Renewing certificate as renewal was scheduled at ${shown}`,
    observedGeneration,
    reason: 'Renewing',
    status: 'True',
    type: 'Issuing',
  };
}
