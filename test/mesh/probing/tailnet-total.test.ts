import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeNode } from '../../../src/mesh/probing/tailnet-node.ts';
import { judgePeer } from '../../../src/mesh/probing/tailnet-peer.ts';
import type { Asked, Judgement } from '../../../src/mesh/probing/tailnet.ts';
import { NOW } from './tailnet-build.ts';

const ROOM = join(import.meta.dirname, '../../../src/mesh/probing');
const DOCS = join(import.meta.dirname, '../../../docs/probes.md');

/** Every code that stands in the sources of this room's tailnet part. */
const CODES = [
  ...new Set(
    readdirSync(ROOM)
      .filter((file) => file.startsWith('tailnet'))
      .flatMap((file) => [...readFileSync(join(ROOM, file), 'utf8').matchAll(/'(?<code>(?:tailnet|link|port)-[a-z-]+)'/g)])
      .map(({ groups }) => groups?.['code'] ?? ''),
  ),
].toSorted();

const text = fc.constantFrom(
  '',
  'gw-b',
  '100.64.0.2',
  '100.64.0.1',
  '10.0.0.0/8',
  'no matching peer',
  "peer's node key has expired",
  'x/99',
  '1.2.3',
);
const instant = fc.option(fc.integer({ min: NOW - 1e9, max: NOW + 1e10 }), { nil: undefined });
const trouble = fc.constantFrom(
  'noSocket',
  'refused',
  'noPermission',
  'silent',
  'unauthorized',
  'forbidden',
  'rateLimited',
  'unavailable',
  'protocol',
);

function asked<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Asked<T>> {
  return fc.oneof(
    value.map((known) => ({ kind: 'answered', value: known }) as const),
    fc.record({ kind: fc.constant('failed' as const), trouble, says: text }),
    fc.constant({ kind: 'notAsked' } as const),
  );
}

const peer = fc.record({
  host: text,
  addresses: fc.array(text, { maxLength: 2 }),
  routes: fc.array(text, { maxLength: 2 }),
  online: fc.boolean(),
  expired: fc.boolean(),
  keyExpiry: instant,
  direct: fc.option(text, { nil: undefined }),
  relay: text,
});
const node = fc.record({
  backend: fc.constantFrom('Running', 'Stopped', 'NeedsLogin', 'NeedsMachineAuth', 'NoState', 'Starting', 'toString', ''),
  host: text,
  addresses: fc.array(text, { maxLength: 2 }),
  online: fc.boolean(),
  expired: fc.boolean(),
  keyExpiry: instant,
  health: fc.array(fc.oneof(text, fc.constantFrom('relay server', 'coordination server')), { maxLength: 3 }),
  peers: fc.array(peer, { maxLength: 2 }),
});
const device = fc.record({
  host: text,
  addresses: fc.array(text, { maxLength: 2 }),
  routes: fc.array(text, { maxLength: 2 }),
  authorized: fc.boolean(),
  keyExpiry: instant,
  connected: fc.option(fc.boolean(), { nil: undefined }),
  blocksIncoming: fc.boolean(),
});
const ping = fc.oneof(
  fc.record({
    kind: fc.constant('pong' as const),
    latencyMs: fc.double({ min: 0, max: 5000, noNaN: true }),
    path: fc.constantFrom('direct' as const, 'relayed' as const, 'peerRelayed' as const, undefined),
    relay: fc.option(text, { nil: undefined }),
  }),
  fc.constant({ kind: 'silent' } as const),
  fc.record({ kind: fc.constant('error' as const), says: text }),
  fc.record({ kind: fc.constant('failed' as const), trouble, says: text }),
);
const tries = fc.array(ping, { maxLength: 2 });
const pings = fc.record({
  disco: tries,
  tsmp: tries,
  icmp: tries,
  sized: fc.array(fc.record({ size: fc.integer({ min: 0, max: 2000 }), result: ping }), { maxLength: 2 }),
  recent: fc.integer({ min: 0, max: 40 }).chain((sent) => fc.record({ sent: fc.constant(sent), lost: fc.integer({ min: 0, max: sent }) })),
});
const reading = fc.record({
  node: asked(node),
  devices: asked(fc.array(device, { maxLength: 2 })),
  pings: fc.option(pings, { nil: undefined }).map((known) => new Map(known === undefined ? [] : [['100.64.0.2', known]])),
});
const tcp = fc.constantFrom('open' as const, 'refused' as const, 'silent' as const, 'notMeasured' as const);

/** What is wrong with a judgement as such. */
function faults(judgement: Judgement | undefined): readonly string[] {
  if (judgement === undefined) return [];
  const { outcome, cause } = judgement;
  if (outcome === 'ok') return cause === undefined ? [] : ['a cause of health'];
  if (cause === undefined) return ['no cause'];
  const missing = cause.hint === '' || cause.says === '' || cause.says.endsWith('.') ? ['a sentence'] : [];
  return [...missing, ...(CODES.includes(cause.code) ? [] : [`code ${cause.code}`])];
}

describe('verdicts about a tailnet', () => {
  it('come from whatever was observed, complete and twice the same', () => {
    fc.assert(
      fc.property(reading, tcp, fc.option(text, { nil: undefined }), (given, evidence, address) => {
        const question = { address: '100.64.0.2', tcp: evidence, slowAfter: 400, now: NOW };
        const link = judgePeer(given, question);
        const own = judgeNode(given, { address, now: NOW });

        expect([link.down, link.degraded, link.peerKey, own.node, own.key, own.control].flatMap(faults)).toEqual([]);
        expect(judgePeer(structuredClone(given), question)).toEqual(link);
        // A connection that was made is never called a link that is down.
        expect([evidence, link.down.outcome]).not.toEqual(['open', expect.stringMatching(/failing|unknown/)]);
      }),
      { numRuns: 500 },
    );
  });

  it('never call a link good of which nothing was measured', () => {
    fc.assert(
      fc.property(reading, (given) => {
        const { down } = judgePeer({ ...given, pings: new Map() }, { address: '100.64.0.2', tcp: 'notMeasured', slowAfter: 400, now: NOW });

        expect(down.outcome).not.toEqual('ok');
      }),
    );
  });

  it('have codes that docs/probes.md explains, each under a heading of its own', () => {
    const headings = [...readFileSync(DOCS, 'utf8').matchAll(/^###+ (?<code>[a-z-]+)$/gm)].map(({ groups }) => groups?.['code'] ?? '');

    expect(CODES.filter((code) => headings.filter((heading) => heading === code).length !== 1)).toEqual([]);
  });
});
