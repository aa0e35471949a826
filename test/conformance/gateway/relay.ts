/** A relay between probe and gateway that loses, cuts and splits, as the one of the recordings did. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface RelayRules {
  /** So many bytes of the client pass, the rest is lost. */
  readonly clientBytes?: number;
  /** The first message of the client passes, nothing after it. */
  readonly clientFirstOnly?: boolean;
  /** So many bytes of the server pass … */
  readonly serverBytes?: number;
  /** … and then: the rest is lost, or the connection ends. */
  readonly then?: 'lost' | 'reset' | 'fin';
  /** What the server says after the second message of the client is lost. */
  readonly untilAnswered?: boolean;
  /** The first bytes of the client pass alone; the rest follows when {@link Relay.release} is called. */
  readonly splitAt?: number;
}

export interface Relay {
  readonly port: number;
  /** How many bytes came from the client. */
  readonly fromClient: number;
  readonly fromServer: number;
  release(): void;
  stop(): Promise<void>;
}

export async function startRelay(target: number, rules: RelayRules): Promise<Relay> {
  const state = { fromClient: 0, fromServer: 0, release: Promise.withResolvers<void>() };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    void forward(client, upstream, rules, state);
    back(upstream, client, rules, state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get fromClient() {
      return state.fromClient;
    },
    get fromServer() {
      return state.fromServer;
    },
    release: () => state.release.resolve(),
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}

interface Passed {
  fromClient: number;
  fromServer: number;
  messages?: number;
  readonly release: PromiseWithResolvers<void>;
}

async function forward(client: Socket, upstream: Socket, rules: RelayRules, state: Passed): Promise<void> {
  const { clientBytes = Infinity, clientFirstOnly = false, splitAt = Infinity } = rules;
  try {
    for await (const chunk of client as AsyncIterable<Buffer>) {
      const before = state.fromClient;
      state.fromClient += chunk.length;
      state.messages = (state.messages ?? 0) + 1;
      const rest = clientFirstOnly && state.messages > 1 ? 0 : clientBytes - before;
      const passing = chunk.subarray(0, Math.max(0, rest));
      upstream.write(passing.subarray(0, splitAt));
      if (passing.length <= splitAt) continue;
      await state.release.promise;
      upstream.write(passing.subarray(splitAt));
    }
    upstream.end();
  } catch {
    // Either end was reset.
    upstream.destroy();
  }
}

function back(upstream: Socket, client: Socket, rules: RelayRules, state: Passed): void {
  const { serverBytes = Infinity, then = 'lost', untilAnswered = false } = rules;
  const isLost = (): boolean => (untilAnswered && (state.messages ?? 0) > 1) || state.fromServer > serverBytes;
  upstream.on('data', (chunk: Buffer) => {
    const rest = untilAnswered && (state.messages ?? 0) > 1 ? 0 : serverBytes - state.fromServer;
    state.fromServer += chunk.length;
    if (rest > 0) client.write(chunk.subarray(0, rest));
    if (state.fromServer <= serverBytes) return;
    if (then === 'reset') client.resetAndDestroy();
    if (then === 'fin') client.end();
  });
  upstream.on('end', () => {
    if (!isLost()) client.end();
  });
  upstream.on('close', (hadError) => {
    if (hadError && !isLost()) client.resetAndDestroy();
  });
}
