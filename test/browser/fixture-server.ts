/** The lab's side of contract.ts with scripted answers: what the page asks is recorded, what it shows is set by the test. */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';
import type { FaultView, WorldView } from '../../lab/page/contract.ts';
import { createPageFiles, servePage } from '../../lab/page/serve.ts';
import { createWorld, faults } from './world.ts';

interface Asked {
  readonly path: string;
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface FixtureLab {
  readonly url: string;
  /** Every POST, oldest first. */
  readonly asked: Asked[];
  /** Resolves with the nth POST, counted from 1, once it has come. */
  nthAsked(count: number): Promise<Asked | undefined>;
  /** By path: what the next POSTs are answered with; `/lab/slash` and the like answer with an empty success unless set. */
  readonly answers: Map<string, Answer>;
  world: WorldView;
  faults: readonly FaultView[];
  /** Changes the world and tells the page. */
  change(next: (world: WorldView) => WorldView): void;
  /** Breaks the line that tells of changes; the page connects again. */
  hangUp(): void;
  close(): Promise<void>;
}

export async function startFixtureLab(): Promise<FixtureLab> {
  const files = await createPageFiles();
  const listeners = new Set<ServerResponse>();
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    if (servePage(files, request, response)) return;
    void handle(lab, listeners, request, response).then(() => arrivals.emit('asked'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lab: FixtureLab = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: [],
    answers: new Map(),
    async nthAsked(count) {
      while (lab.asked.length < count) await once(arrivals, 'asked');
      return lab.asked[count - 1];
    },
    world: createWorld(),
    faults,
    change(next) {
      lab.world = next({ ...lab.world, revision: lab.world.revision + 1 });
      for (const listener of listeners) listener.write(`event: changed\ndata: ${lab.world.revision}\n\n`);
    },
    hangUp() {
      for (const listener of listeners) listener.end();
      listeners.clear();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return lab;
}

async function handle(lab: FixtureLab, listeners: Set<ServerResponse>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  if (request.method === 'POST') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    lab.asked.push({ path, body });
    const answer = lab.answers.get(path) ?? scripted(lab, path);
    send(response, answer.status, JSON.stringify(answer.body), 'application/json');
  } else if (path === '/lab/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 20\n\n');
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
  } else if (path === '/lab/state') send(response, 200, JSON.stringify(lab.world), 'application/json');
  else if (path === '/lab/faults') send(response, 200, JSON.stringify(lab.faults), 'application/json');
  else if (path.endsWith('.png')) send(response, 200, picture(), 'image/png');
  else send(response, 404, 'not here', 'text/plain');
}

function scripted(lab: FixtureLab, path: string): Answer {
  if (!path.startsWith('/lab/faults/')) return { status: 200, body: { interaction: '400000000000000001' } };
  const id = path.slice('/lab/faults/'.length);
  lab.faults = lab.faults.map((fault) => (fault.id === id && fault.kind === 'toggle' ? { ...fault, on: !fault.on } : fault));
  return { status: 200, body: lab.faults };
}

function send(response: ServerResponse, status: number, body: string | Uint8Array, type: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

/** A PNG of 360 by 120 points: a bar in blue on grey, enough to see that pictures are shown. */
function picture(): Uint8Array {
  const [width, height] = [360, 120];
  const row = Buffer.from([0, ...Array.from({ length: width }, (_, x) => (x < 230 ? [0x58, 0x65, 0xf2] : [0x60, 0x63, 0x6b])).flat()]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
