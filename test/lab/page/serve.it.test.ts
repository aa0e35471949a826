import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPageFiles, servePage } from '../../../lab/page/serve.ts';

/** A server that has nothing but the page. */
async function serve(): Promise<string> {
  const files = await createPageFiles();
  const server = createServer((request, response) => {
    if (!servePage(files, request, response)) response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('lab/page/serve', () => {
  it('serves the page and each file that it names', async () => {
    const url = await serve();
    const page = await (await fetch(`${url}/?any#where`)).text();
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    const answers = await Promise.all(named.map(async (path) => fetch(`${url}${path}`)));
    expect(named.map((path, index) => [path, answers[index]?.status, answers[index]?.headers.get('content-type')])).toEqual([
      ['/page/icon.svg', 200, 'image/svg+xml'],
      ['/page/page.css', 200, 'text/css; charset=utf-8'],
      ['/page/main.js', 200, 'text/javascript; charset=utf-8'],
    ]);
  });

  it('forbids the page to load or run anything from elsewhere', async () => {
    const answer = await fetch(await serve());
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  it.each([
    ['HEAD', '/', 200],
    ['POST', '/', 404],
    ['GET', '/page/other.js', 404],
    ['GET', '/page/../serve.ts', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const answer = await fetch(`${await serve()}${path}`, { method });
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status, body: '' });
  });
});
