/** Sends the requests of a recording to the double and compares each answer. */
import { startLabCluster, type LabCluster } from '../../../lab/kubernetes/cluster.ts';
import { ConformanceClock } from './clock.ts';
import { readRecording, type Exchange, type RecordingName } from './recording.ts';
import { failure, open, OpenWatch, send, type Received, type Sent } from './send.ts';
import { Bindings, differences } from './unify.ts';

/** What a recording takes for granted: the state before it, and what others did between its exchanges. */
export interface Scene {
  /** Prepares the cluster before the first exchange. */
  readonly before?: (stage: Stage) => void | Promise<void>;
  /** Runs right before the exchange at this place of the file. */
  readonly beforeExchange?: Readonly<Record<number, (stage: Stage) => void | Promise<void>>>;
  /** Places of long watches that were read in the background while the rest went on: they are replayed at the end. */
  readonly late?: readonly number[];
  /** Trims an answer of the double as the recorder had trimmed the real one. */
  readonly trim?: (exchange: Exchange, actual: unknown) => unknown;
  /** What the client made up for a placeholder that no answer shows. */
  readonly made?: (placeholder: string) => string | undefined;
}

/** What a scene works on. */
export interface Stage {
  readonly cluster: LabCluster;
  readonly clock: ConformanceClock;
  readonly bindings: Bindings;
}

/** What became of one exchange; it conforms when there are no problems. */
export interface Replayed {
  readonly file: RecordingName;
  readonly index: number;
  readonly title: string;
  readonly problems: readonly string[];
}

interface Watching {
  readonly exchange: Exchange;
  readonly watch: OpenWatch;
}

/** Replays the chosen exchanges of one file, in order, against a fresh cluster. */
export async function replay(file: RecordingName, scene: Scene, chosen: (exchange: Exchange) => boolean): Promise<Replayed[]> {
  const clock = new ConformanceClock();
  const cluster = await startLabCluster({ name: 'recorded', clock, gitVersion: 'v0.0.0-master+$Format:%H$' });
  const stage: Stage = { cluster, clock, bindings: new Bindings() };
  const run = new Run(file, scene, stage);
  try {
    cluster.addUser('admin', { token: token('<token:admin>'), groups: ['system:masters'] });
    await scene.before?.(stage);
    const late = new Set(scene.late);
    const exchanges = readRecording(file);
    for (const exchange of [...exchanges.filter(({ index }) => !late.has(index)), ...exchanges.filter(({ index }) => late.has(index))]) {
      await scene.beforeExchange?.[exchange.index]?.(stage);
      if (chosen(exchange)) await run.exchange(exchange);
    }
    return await run.finish();
  } finally {
    await cluster.stop();
  }
}

/** The text that a token placeholder stands for. */
export function token(placeholder: string): string {
  return placeholder.replaceAll(/[<>]/g, '').replaceAll(':', '-');
}

class Run {
  readonly #file: RecordingName;
  readonly #scene: Scene;
  readonly #stage: Stage;
  readonly #results: Replayed[] = [];
  readonly #watching: Watching[] = [];
  #lastTime = 0;

  constructor(file: RecordingName, scene: Scene, stage: Stage) {
    this.#file = file;
    this.#scene = scene;
    this.#stage = stage;
  }

  async exchange(exchange: Exchange): Promise<void> {
    this.#moveClock(exchange);
    const sent = this.#filled(exchange);
    if (exchange.response.ended !== undefined) {
      const watch = new OpenWatch(await open(this.#stage.cluster, sent));
      this.#watching.push({ exchange, watch });
      if (exchange.response.ended.startsWith('by the server')) await this.#endWatch(exchange, watch);
      return;
    }
    if (exchange.response.error !== undefined) {
      const error = await failure(this.#stage.cluster, sent);
      const problems = differences(exchange.response.error, error, this.#stage.bindings, 'error');
      this.#results.push({ file: this.#file, index: exchange.index, title: exchange.title, problems });
      return;
    }
    const received = await send(this.#stage.cluster, sent);
    this.#judge(exchange, received, this.#bodyProblems(exchange, received));
  }

  /** A recorded time later than all before it means that the clock had moved on. A watch was open for long: its times say nothing. */
  #moveClock({ response }: Exchange): void {
    if (response.ended !== undefined) return;
    const times = [...JSON.stringify(response.body ?? '').matchAll(/(?<!"expirationTimestamp":")<time:(\d+)>/g)].map((match) =>
      Number(match[1]),
    );
    const latest = Math.max(0, ...times);
    if (latest > this.#lastTime) this.#stage.clock.at(latest);
    this.#lastTime = Math.max(this.#lastTime, latest);
  }

  #filled({ request }: Exchange): Sent {
    const fill = (text: string): string =>
      this.#stage.bindings.fill(text, (one) => this.#made(one)).replaceAll(/<(?:base64 of )?(\d+) bytes>/g, bulk);
    const { body } = request;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [name, fill(value)] as const);
    return {
      method: request.method,
      path: fill(request.path),
      headers: Object.fromEntries(headers),
      body: body === undefined || body === null ? undefined : fill(text),
    };
  }

  /** A value for a placeholder that no answer has shown yet: what a client made up. */
  #made(placeholder: string): string {
    const made = this.#scene.made?.(placeholder);
    if (made !== undefined) return made;
    if (placeholder.startsWith('<token:')) return token(placeholder);
    if (placeholder.startsWith('<rv:')) return '900000000';
    if (placeholder.startsWith('<clusterip:')) return '10.96.200.200';
    throw new Error(`${this.#file}: ${placeholder} is sent before any answer shows it`);
  }

  #bodyProblems(exchange: Exchange, received: Received): string[] {
    const json = (received.headers['content-type'] ?? '').startsWith('application/json');
    const actual: unknown = json ? JSON.parse(received.body) : received.body;
    const { body } = exchange.response;
    const trimmed = this.#scene.trim?.(exchange, actual) ?? actual;
    return differences(abbreviate(body ?? ''), abbreviate(trimmed), this.#stage.bindings, 'body');
  }

  #judge(exchange: Exchange, received: Omit<Received, 'body'>, problems: readonly string[]): void {
    const { status, headers } = exchange.response;
    const found = [
      ...(received.status === status ? [] : [`status: ${status} was recorded, got ${received.status}`]),
      ...differences(media(headers['content-type']), media(received.headers['content-type']), this.#stage.bindings, 'content-type'),
      ...['retry-after', 'warning', 'etag'].flatMap((name) =>
        headers[name] === received.headers[name] ? [] : [`${name}: ${headers[name]} was recorded, got ${received.headers[name]}`],
      ),
      ...problems,
    ];
    this.#results.push({ file: this.#file, index: exchange.index, title: exchange.title, problems: found });
  }

  /** Lets the time pass after which the server ends the watch. */
  async #endWatch(exchange: Exchange, watch: OpenWatch): Promise<void> {
    const expected = recordedEvents(exchange);
    const bookmarks = expected.filter((event) => JSON.stringify(event).startsWith('{"type":"BOOKMARK"')).length;
    await watch.reach(expected.length - bookmarks);
    const seconds = Number(/timeoutSeconds=(\d+)/.exec(exchange.request.path)?.[1] ?? 0);
    this.#stage.clock.elapse(seconds * 1000);
    await watch.end();
  }

  async finish(): Promise<Replayed[]> {
    // every event is on its way by now; ending the watches from the server's side makes a missing one show as a difference
    this.#stage.cluster.faults.expireResourceVersions();
    for (const { exchange, watch } of this.#watching) {
      const expected = recordedEvents(exchange);
      await watch.end();
      const events = exchange.response.ended === 'by the client' ? watch.events.slice(0, expected.length) : watch.events;
      this.#judge(exchange, watch.head, differences(expected, events, this.#stage.bindings, 'events'));
      watch.close();
    }
    const disorder = [...this.#stage.bindings.disorder('rv'), ...this.#stage.bindings.disorder('time')];
    if (disorder.length > 0) this.#results.push({ file: this.#file, index: -1, title: 'order of versions and times', problems: disorder });
    return this.#results;
  }
}

function recordedEvents({ response }: Exchange): unknown[] {
  return Array.isArray(response.body) ? response.body : [];
}

function media(type: string | undefined): string {
  return (type ?? '').split(';')[0] ?? '';
}

function bulk(placeholder: string, count: string): string {
  const bytes = Buffer.alloc(Number(count), 'x');
  return placeholder.startsWith('<base64') ? bytes.toString('base64') : bytes.toString();
}

/** A refused patch is told with the whole object in it, in the order of Go's encoder and with raw versions: that part is not compared. */
const QUOTED_OBJECT = /(?<=Invalid value: )"\{.*\}"(?=: )/s;

/** Long values are recorded by their length alone. */
function abbreviate(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length > 500_000 && /^[A-Za-z0-9+/=]+$/.test(value) ? lengthOf(value) : value.replace(QUOTED_OBJECT, '<the object>');
  }
  if (Array.isArray(value)) return value.map(abbreviate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, abbreviate(one)]));
}

function lengthOf(base64: string): string {
  return `<base64 of ${Buffer.from(base64, 'base64').length} bytes>`;
}
