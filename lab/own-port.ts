/** Ports that stay ours while nobody listens on them. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Below the range from which Linux and macOS take ports for outgoing connections: such a connection could sit on the port of a listener that is to come back. */
const [FIRST, END] = [12_000, 32_000];
const MOST_TRIES = 200;

/** Listens on `port`, or, where it is 0, on one that nobody takes while the listener is away. Gives the port. */
export async function listenOnOwn(server: Server, port: number, host: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      server.listen(port === 0 ? randomInt(FIRST, END) : port, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken || port !== 0 || tries === MOST_TRIES) throw error;
    }
  }
}
