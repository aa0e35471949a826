/** Does to the lab what the recorder did to the real one, at the same moments, and compares what came of it. */
import { createCertManager, type CertManager } from '../../../lab/controllers/cert-manager.ts';
import type { LabClock } from '../../../lab/clock.ts';
import { startLabCluster, type LabCluster } from '../../../lab/kubernetes/cluster.ts';
import { cloneObject, fieldsAt, kubeTime } from '../../../lab/kubernetes/object.ts';
import { certManagerDefinitions } from '../../../lab/scene/definitions.ts';
import { base64, fromBase64 } from '../../../lab/scene/text.ts';
import { createStillClock } from '../../lab/still-clock.ts';
import { certificateProblems } from './certificates.ts';
import { Identities, shownRecorded } from './identity.ts';
import {
  chaptersOf,
  type Chapter,
  type Line,
  readRecording,
  type RecordedRequest,
  type Recording,
  type RecordingName,
} from './recording.ts';
import { SCENES } from './scenes.ts';
import { milestonesOf } from './milestones.ts';
import { type Seen, seenLine, settled, type Step, stepsOf } from './tracks.ts';

/** Everybody else gets their turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What differs in a chapter of a recording; `at` -1 is what is known of its certificates. */
export interface Replayed {
  readonly file: RecordingName;
  readonly at: number;
  readonly title: string;
  readonly problems: readonly string[];
}

/** The controller writes this fast after what it saw. */
const BUSY_MS = 100;
const KINDS: Readonly<Record<string, string>> = {
  certificates: 'Certificate',
  certificaterequests: 'CertificateRequest',
  secrets: 'Secret',
  clusterissuers: 'ClusterIssuer',
  issuers: 'Issuer',
};

/** Replays a recording. */
export async function replay(file: RecordingName): Promise<Replayed[]> {
  const clock = createStillClock();
  const cluster = await startLabCluster({ name: file, clock, gitVersion: 'v1.37.2' });
  const run = new Run(file, clock, cluster);
  try {
    return await run.all();
  } finally {
    await run.stop();
  }
}

class Run {
  readonly #file: RecordingName;
  readonly #recording: Recording;
  readonly #clock: LabClock;
  readonly #start: number;
  readonly #cluster: LabCluster;
  readonly #controller: CertManager;
  readonly #identities = new Identities();
  readonly #kept: (seen: Seen) => boolean;
  #last = { recorded: new Map<string, string>(), real: new Map<string, string>() };
  #seen: Seen[] = [];

  constructor(file: RecordingName, clock: LabClock, cluster: LabCluster) {
    this.#file = file;
    this.#recording = readRecording(file);
    this.#kept = keptIn(this.#recording);
    this.#clock = clock;
    this.#start = clock.now();
    this.#cluster = cluster;
    const { store } = cluster;
    for (const object of certManagerDefinitions()) store.put(object);
    for (const name of this.#namespaces()) store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    this.#controller = createCertManager({ clock, store, ...SCENES[file]?.settings });
    for (const object of SCENES[file]?.objects(clock.now()) ?? []) store.put(object);
    this.#controller.settle();
    store.onWrite(({ type, object }) => void this.#seen.push({ type, object }));
  }

  #namespaces(): Set<string> {
    const named = this.#recording.timeline.map(({ event }) => /^\w+ \w+ ([a-z0-9-]+)\//.exec(event)?.[1] ?? 'cert-manager');
    return new Set(['cert-manager', ...named]);
  }

  async stop(): Promise<void> {
    this.#controller.close();
    await this.#cluster.stop();
  }

  async all(): Promise<Replayed[]> {
    const chapters = chaptersOf(this.#recording);
    const results: Replayed[] = [];
    let together: Chapter[] = [];
    for (const [index, chapter] of chapters.entries()) {
      this.#advanceTo(chapter.at);
      for (const action of chapter.actions) this.#act(action);
      await this.#rest();
      this.#advanceTo(chapters[index + 1]?.at ?? (this.#recording.timeline.at(-1)?.t_ms ?? 0) + 1000);
      await this.#rest();
      together = [...together, chapter];
      if (isBusy(chapter, chapters[index + 1])) {
        this.#learn(together);
        continue;
      }
      results.push(this.#result(together));
      together = [];
      this.#seen = [];
    }
    const problems = certificateProblems(this.#recording, this.#identities);
    return [...results, { file: this.#file, at: -1, title: 'certificates', problems }];
  }

  #result(together: readonly Chapter[]): Replayed {
    const actions = together.flatMap((chapter) => chapter.actions);
    const lines = together.flatMap((chapter) => chapter.lines);
    const title = actions.map(({ event }) => event.replace('CLIENT ', '')).join(' + ');
    const problems = this.#compare(lines.map((line) => seenLine(line, (time) => this.#time(time))));
    return { file: this.#file, at: together[0]?.at ?? 0, title, problems };
  }

  /** What the garbage collector of the lab does comes a turn later. */
  async #rest(): Promise<void> {
    for (let turns = 0; turns < 3; turns += 1) {
      await turn();
      this.#controller.settle();
    }
  }

  #advanceTo(ms: number): void {
    this.#clock.advance(Math.max(0, this.#start + ms - this.#clock.now()));
  }

  #act(action: Line): void {
    const { event, request } = action;
    if (request !== undefined) return this.#send(request);
    const [, kind, path = ''] = /^CLIENT create (\w+) (\S+)/.exec(event) ?? [];
    const { timeline } = this.#recording;
    const made = timeline.slice(timeline.indexOf(action)).find((line) => line.event === `ADDED ${kind} ${path}`);
    if (made?.object === undefined) throw new Error(`${this.#file}: nothing shows what "${event}" made`);
    const { apiVersion, spec, metadata } = made.object;
    const { name, namespace } = metadata;
    const head = { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
    this.#cluster.store.put({
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(kind === undefined ? {} : { kind }),
      metadata: head,
      spec,
    });
  }

  #send({ method, path, body }: RecordedRequest): void {
    const { store } = this.#cluster;
    const parts = path
      .replace(/\?.*/, '')
      .replace(/^\/apis?\/(?:cert-manager\.io\/)?v1\//, '')
      .split('/');
    const namespace = parts[0] === 'namespaces' ? (parts[1] ?? '') : '';
    const [plural = '', name = '', subresource] = parts.slice(namespace === '' ? 0 : 2);
    const kind = KINDS[plural] ?? '';
    const filled = this.#filled(kind, body ?? {});
    if (method === 'DELETE') return void store.delete(kind, namespace, name);
    if (method === 'POST') return void store.put({ ...filled, kind, metadata: { ...fieldsAt(filled, 'metadata'), namespace } });
    if (subresource !== 'status') return void store.patch(kind, namespace, name, filled);
    const { conditions, failureTime } = fieldsAt(filled, 'status');
    const status = { conditions, ...(failureTime === undefined ? {} : { failureTime }) };
    store.patch(kind, namespace, name, { status }, { subresource: 'status' });
  }

  /** A body with the run's instants and its certificates and keys, and the data of Secrets as bytes. */
  #filled(kind: string, body: Record<string, unknown>): Record<string, unknown> {
    const text = JSON.stringify(body).replaceAll(/<time:\d+>/g, (time) => this.#time(time));
    const filled = cloneObject(JSON.parse(text) as Record<string, unknown>);
    if (kind !== 'Secret' || filled['data'] === undefined) return filled;
    const data = Object.entries(fieldsAt(filled, 'data')).map(([key, value]) => [
      key,
      typeof value === 'string' ? base64(this.#identities.filled(value)) : value,
    ]);
    return { ...filled, data: Object.fromEntries(data) as unknown };
  }

  #time(placeholder: string): string {
    const seconds = Number(/^start([+-]\d+)s$/.exec(this.#recording.times[placeholder] ?? '')?.[1]);
    return kubeTime(this.#start + seconds * 1000);
  }

  /** What comes next may name what was made only now. */
  #learn(together: readonly Chapter[]): void {
    const { recorded, real } = this.#last;
    this.#last = { recorded: new Map(recorded), real: new Map(real) };
    this.#result(together);
    this.#last = { recorded, real };
  }

  #compare(recorded: readonly Seen[]): string[] {
    const wanted = changed(
      steps(recorded, (value) => shownRecorded(String(value))),
      this.#last.recorded,
    );
    const real = this.#seen.filter(this.#kept);
    const got = changed(
      steps(real, (value) => this.#identities.shown(fromBase64(value))),
      this.#last.real,
    );
    const tracks = new Set([...wanted.keys(), ...got.keys()]);
    const kept = SCENES[this.#file]?.tracks ?? /^/;
    return [...tracks]
      .filter((track) => kept.test(track))
      .sort(byCause)
      .flatMap((track) => this.#differences(track, wanted.get(track) ?? [], got.get(track) ?? []));
  }

  #differences(track: string, wanted: readonly string[], got: readonly string[]): string[] {
    // Who tells first is chance; who tells what is not.
    const [want, have] = track.startsWith('Events ') ? [[...new Set(wanted)].sort(), [...new Set(got)].sort()] : [wanted, got];
    const length = Math.max(want.length, have.length);
    return Array.from({ length }, (_, index) => [want[index] ?? 'nothing', have[index] ?? 'nothing'] as const)
      .filter(([one, other]) => !this.#identities.agree(one, other))
      .map(([one, other]) => `${track}: ${one} was recorded, got ${other}`);
  }
}

/** True where the recorder went on before the controller was through: what came of both is compared together. */
function isBusy({ actions, lines }: Chapter, next: Chapter | undefined): boolean {
  const last = Math.max(...[...actions, ...lines].map(({ t_ms }) => t_ms));
  return next !== undefined && next.at - last < BUSY_MS;
}

/** Keys and certificates are learnt where they are made, before they are compared where they are used. */
function byCause(a: string, b: string): number {
  const rank = (track: string): number => (track.startsWith('next key') ? 0 : track.startsWith('CertificateRequest') ? 1 : 2);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** What a recording leaves out is left out of the replay as well. */
function keptIn({ timeline }: Recording): (seen: Seen) => boolean {
  const events = timeline.some(({ event }) => event.includes(' Event '));
  const requests = timeline.some(({ event }) => event.startsWith('MODIFIED CertificateRequest '));
  return ({ type, object }) => {
    // Nobody watched the namespace in which Events of cluster-wide objects lie.
    if (object.kind === 'Event') return events && fieldsAt(object, 'involvedObject')['kind'] !== 'ClusterIssuer';
    return requests || object.kind !== 'CertificateRequest' || type === 'ADDED';
  };
}

function steps(seen: readonly Seen[], show: (value: unknown) => string): Step[] {
  return settled([...seen.flatMap((one) => stepsOf(one, show)), ...milestonesOf(seen, show)]);
}

/** A milestone is compared with the last of its own kind. */
function repeated(track: string, state: string): string {
  return track.startsWith('course of ') ? `${track} ${state.split(' ')[0]}` : track;
}

/** The states of each track that differ from the one before, also from the chapter before. */
function changed(all: readonly Step[], last: Map<string, string>): Map<string, string[]> {
  const tracks = new Map<string, string[]>();
  for (const { track, state } of all) {
    const told = track.startsWith('Events ');
    if (!told && last.get(repeated(track, state)) === state) continue;
    last.set(repeated(track, state), state);
    tracks.set(track, [...(tracks.get(track) ?? []), state]);
  }
  return tracks;
}
