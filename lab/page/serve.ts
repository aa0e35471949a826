/** The page's files, bundled in memory when the lab starts: nothing built lies in the repository or on disk. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
}

/** By path, such as `/page/main.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const client = join(import.meta.dirname, 'client');

/** No request leaves the lab, and a message of the bot cannot smuggle in a script. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Bundles the page. About 60 ms; rejects with esbuild's own report where a source does not compile. */
export async function createPageFiles(): Promise<PageFiles> {
  const [script, page, style, icon] = await Promise.all([
    bundle('main.ts'),
    readFile(join(client, 'index.html')),
    bundle('page.css'),
    readFile(join(client, 'icon.svg')),
  ]);
  return new Map<string, PageFile>([
    ['/', { type: 'text/html; charset=utf-8', body: page }],
    ['/page/main.js', { type: 'text/javascript; charset=utf-8', body: script }],
    ['/page/page.css', { type: 'text/css; charset=utf-8', body: style }],
    ['/page/icon.svg', { type: 'image/svg+xml', body: icon }],
  ]);
}

/** Answers a GET or HEAD for one of the page's files and says so; leaves every other request alone. */
export function servePage(files: PageFiles, request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const path = (request.url ?? '/').replace(/[?#].*$/, '');
  const file = files.get(path);
  if (file === undefined) return false;
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': file.body.byteLength,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
  return true;
}

async function bundle(entry: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [join(client, entry)],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['production'],
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`The page's ${entry} gave no output`);
  return output.contents;
}
