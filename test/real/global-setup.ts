/** Before all files: builds the binary and starts the two servers that every file uses. */
import type { TestProject } from 'vitest/node';
import { buildBinary } from './build.ts';
import { startServer, type Ready, type RealServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly servers: { readonly a: Ready; readonly b: Ready };
  }
}

let running: readonly RealServer[] = [];

export async function setup(project: TestProject): Promise<void> {
  const say = (line: string): void => console.log(`test real: ${line}`);
  await buildBinary(say, process.env);
  const begun = performance.now();
  const [a, b] = await Promise.all([startServer(), startServer()]);
  running = [a, b];
  say(`two API servers of ${a.version} are ready after ${Math.round((performance.now() - begun) / 100) / 10} s`);
  project.provide('servers', { a: readyOf(a), b: readyOf(b) });
}

export async function teardown(): Promise<void> {
  await Promise.all(running.map((server) => server.stop()));
}

function readyOf({ url, version, ca, kubeconfig, kubelet }: RealServer): Ready {
  return { url, version, ca, kubeconfig, kubelet };
}
