/** cert-manager 1.21.1 on the lab's clock, as it was recorded: level-triggered by the objects of its cluster and by time that is moved. */
import type { LabClock } from '../clock.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { textAt } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/objects.ts';
import { objectKey, type StoreEvent } from '../kubernetes/store.ts';
import { CERT_MANAGER_NAMESPACE } from '../scene/namespaces.ts';
import { reconcileCertificate } from './cert-manager/certificates.ts';
import { createTeller } from './cert-manager/events.ts';
import { reconcileIssuer } from './cert-manager/issuers.ts';
import { ANNOTATION, Mirror, WATCHED } from './cert-manager/mirror.ts';
import { isOver, reconcileRequest } from './cert-manager/requests.ts';
import { issuerRefOf, isUndecodable } from './cert-manager/spec.ts';
import type { Knobs, Settings, World } from './cert-manager/world.ts';

/** What cert-manager runs on. */
export interface CertManagerOptions extends Partial<Settings> {
  readonly clock: LabClock;
  /** The signer cluster. */
  readonly store: ObjectStore;
}

/** The controller, as faults and time see it. */
export interface CertManager {
  readonly running: boolean;
  /** What falls due from now on waits for as long as there is a reason that it is stopped. */
  stop(reason: string): void;
  /** Takes a reason away. With the last one gone it catches up at once with what fell due meanwhile. */
  start(reason: string): void;
  /** Does not look at one Certificate any more, as if its key in the work queue were stuck. */
  setAside(namespace: string, name: string): void;
  /** Looks at it again. */
  takeBack(namespace: string, name: string): void;
  /** Approved requests are not signed until {@link release}, or until they are `forMs` old on the lab's clock. */
  slow(forMs?: number): void;
  release(): void;
  /** The next request that would be approved is denied. */
  denyNext(denial?: { readonly reason: string; readonly message: string }): void;
  /** The next request that would be signed fails with this message. */
  failNext(message?: string): void;
  /** The earliest instant at which it has something to renew, in UTC milliseconds. */
  nextRenewal(): number | undefined;
  /** Does everything that is to be done now, at once instead of a moment later. */
  settle(): void;
  /** Lets go of the clock and the cluster. */
  close(): void;
}

const HOUR_MS = 3_600_000;
/** A controller that writes for ever is a defect of the lab: better an error than a test that hangs. */
const MAXIMUM_STEPS = 200_000;

/** Starts it, running. */
export function createCertManager(options: CertManagerOptions): CertManager {
  const controller = new Controller(options);
  return controller.face();
}

class Controller {
  readonly #clock: LabClock;
  readonly #mirror: Mirror;
  readonly #world: World;
  readonly #reasons = new Set<string>();
  readonly #aside = new Set<string>();
  readonly #queue = new Map<string, KubeObject>();
  readonly #wakes = new Map<string, { readonly object: KubeObject; readonly at: number }>();
  readonly #letGo: readonly (() => void)[];
  #since: number;
  /** The instant at which work is done while time jumps. */
  #then: number | undefined;
  #working = false;
  #scheduled = false;
  #closed = false;

  constructor({
    clock,
    store,
    approver = true,
    minimumBackoffMs = HOUR_MS,
    resourceNamespace = CERT_MANAGER_NAMESPACE,
  }: CertManagerOptions) {
    this.#clock = clock;
    this.#mirror = new Mirror(store);
    this.#since = clock.now();
    const now = (): number => this.#then ?? clock.now();
    this.#world = {
      approver,
      minimumBackoffMs,
      resourceNamespace,
      store,
      mirror: this.#mirror,
      knobs: { slow: undefined, deny: [], fail: [] },
      tell: createTeller(store, now),
      now,
      wake: (object, at) => void this.#wakes.set(idOf(object), { object, at }),
    };
    this.#letGo = [store.onWrite((event) => this.#heard(event)), clock.onAdvance(() => this.#catchUp())];
    this.#everything();
    this.#schedule();
  }

  get #knobs(): Knobs {
    return this.#world.knobs;
  }

  face(): CertManager {
    const reasons = this.#reasons;
    return {
      get running() {
        return reasons.size === 0;
      },
      stop: (reason) => void reasons.add(reason),
      start: (reason) => this.#start(reason),
      setAside: (namespace, name) => void this.#aside.add(objectKey(namespace, name)),
      takeBack: (namespace, name) => this.#takeBack(namespace, name),
      slow: (forMs) => void (this.#knobs.slow = { forMs }),
      release: () => this.#release(),
      denyNext: (denial = { reason: 'NoSuchPolicy', message: 'denied by the lab' }) => void this.#knobs.deny.push(denial),
      failNext: (message = 'the issuer said no') => void this.#knobs.fail.push(message),
      nextRenewal: () => this.#nextRenewal(),
      settle: () => this.#catchUp(),
      close: () => this.#close(),
    };
  }

  #start(reason: string): void {
    if (!this.#reasons.delete(reason) || this.#reasons.size > 0) return;
    this.#since = this.#clock.now();
    this.#mirror.refresh();
    this.#everything();
    this.#catchUp();
  }

  #takeBack(namespace: string, name: string): void {
    this.#aside.delete(objectKey(namespace, name));
    this.#enqueue(this.#mirror.get('Certificate', namespace, name));
    this.#schedule();
  }

  #release(): void {
    this.#knobs.slow = undefined;
    this.#mirror.all('CertificateRequest').forEach((one) => this.#enqueue(one));
    this.#schedule();
  }

  #close(): void {
    this.#closed = true;
    for (const letGo of this.#letGo) letGo();
  }

  #nextRenewal(): number | undefined {
    const times = this.#mirror.all('Certificate').flatMap((one) => {
      const time = textAt(one, 'status', 'renewalTime');
      return time === undefined ? [] : [Date.parse(time)];
    });
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #heard(event: StoreEvent): void {
    if (!this.#mirror.note(event)) return;
    for (const object of this.#touched(event)) this.#enqueue(object);
    this.#schedule();
  }

  /** Whom a change concerns. */
  #touched({ object, previous }: StoreEvent): KubeObject[] {
    const { namespace = '', name = '' } = object.metadata;
    const mirror = this.#mirror;
    if (object.kind === 'Secret') {
      return [...mirror.sharing(namespace, name), ...mirror.signingWith(namespace, name, this.#world.resourceNamespace)];
    }
    if (object.kind === 'Certificate') {
      // With the one gone that could not be decoded, all are listed again.
      if (previous !== undefined && isUndecodable(previous)) return mirror.all('Certificate');
      return [object, ...mirror.sharing(namespace, textAt(object, 'spec', 'secretName') ?? '')];
    }
    if (object.kind === 'CertificateRequest') {
      const owner = mirror.get('Certificate', namespace, object.metadata.annotations?.[ANNOTATION.certificate] ?? '');
      return owner === undefined ? [object] : [object, owner];
    }
    const waiting = mirror.all('CertificateRequest').filter((one) => !isOver(one) && issuerRefOf(one).name === name);
    return [object, ...waiting];
  }

  #enqueue(object: KubeObject | undefined): void {
    if (object !== undefined && object.kind !== 'Secret') this.#queue.set(idOf(object), object);
  }

  #everything(): void {
    for (const kind of WATCHED) this.#mirror.all(kind).forEach((one) => this.#enqueue(one));
  }

  /** Whoever wrote finishes first, as over a network. */
  #schedule(): void {
    if (this.#scheduled || this.#working) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#catchUp();
    });
  }

  /** Each thing happens at the instant at which it would have happened, but nothing at one at which it was stopped. */
  #catchUp(): void {
    if (this.#closed || this.#working || this.#reasons.size > 0 || !this.#mirror.served) return;
    this.#working = true;
    try {
      this.#drain();
      for (let due = this.#nextWake(); due !== undefined; due = this.#nextWake()) {
        this.#then = Math.max(due.at, this.#since);
        this.#wakes.delete(idOf(due.object));
        this.#enqueue(due.object);
        this.#drain();
      }
    } finally {
      this.#then = undefined;
      this.#working = false;
    }
  }

  #nextWake(): { readonly object: KubeObject; readonly at: number } | undefined {
    const [first] = [...this.#wakes.values()].filter(({ at }) => at <= this.#clock.now()).sort((a, b) => a.at - b.at);
    return first;
  }

  #drain(): void {
    for (let steps = 0; ; steps += 1) {
      const [next] = this.#queue;
      if (next === undefined) return;
      if (steps > MAXIMUM_STEPS) throw new Error(`cert-manager of the lab does not come to rest: it looks at ${next[0]} again and again`);
      this.#queue.delete(next[0]);
      this.#reconcile(next[1]);
    }
  }

  #reconcile({ kind, metadata: { namespace = '', name = '' } }: KubeObject): void {
    const world = this.#world;
    if (kind === 'Certificate') {
      // One Certificate that cannot be decoded, and there is no list of any.
      if (this.#aside.has(objectKey(namespace, name)) || this.#mirror.all('Certificate').some(isUndecodable)) return;
      return reconcileCertificate(world, namespace, name);
    }
    if (kind === 'CertificateRequest') {
      const request = this.#mirror.get(kind, namespace, name);
      if (request !== undefined) reconcileRequest(world, request);
      return;
    }
    const issuer = kind === 'Issuer' || kind === 'ClusterIssuer' ? this.#mirror.get(kind, namespace, name) : undefined;
    if (issuer !== undefined) reconcileIssuer(world, issuer);
  }
}

function idOf({ kind, metadata: { namespace = '', name = '' } }: KubeObject): string {
  return `${kind} ${objectKey(namespace, name)}`;
}
