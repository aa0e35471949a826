import type { ServerResponse } from 'node:http';
import type { World } from './world.ts';

/** Serves an attachment from below `/cdn`. */
export function serveFile(world: World, path: string, response: ServerResponse): void {
  const file = world.files.get(path.slice('/cdn'.length));
  if (file === undefined) {
    notFound(response);
    return;
  }
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length });
  response.end(file.bytes);
}

/** There is nothing at this address. */
export function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('Not found\n');
}
