import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import type { World } from './world.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};

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

/** Serves a file of the page; nothing outside its folder. */
export async function servePageFile(pageDir: string | undefined, path: string, response: ServerResponse): Promise<void> {
  const file = pageDir === undefined ? undefined : normalize(join(pageDir, path === '/' ? 'index.html' : decodeURIComponent(path)));
  if (pageDir === undefined || file === undefined || !file.startsWith(normalize(pageDir) + sep)) {
    notFound(response);
    return;
  }
  const bytes = await readFile(file).catch(() => undefined); // whatever cannot be read is not there for a browser
  if (bytes === undefined) {
    notFound(response);
    return;
  }
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' });
  response.end(bytes);
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('Not found\n');
}
