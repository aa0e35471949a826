import { describe, expect, it } from 'vitest';
import { NOTHING_SEEN, type CaMemory } from '../../src/mesh/ca-notices.ts';
import { judgeExpiry } from '../../src/mesh/expiry-notices.ts';
import { DAY, NOW } from './authority.ts';
import { type Change, changed, mesh, part, remoteSecret, unreachable } from './build.ts';

const END = NOW + 3 * DAY;
const FACT = 'remote-secret-token|b|b→a|0';

function tokenEnds(tokenExpires: number | undefined): Change {
  return part('b', 'remoteSecrets', () => [remoteSecret('a', { tokenExpires })]);
}

function judge(changes: readonly Change[], before: CaMemory = NOTHING_SEEN, now = NOW) {
  return judgeExpiry(changed(mesh(), ...changes), before, now);
}

describe('src/mesh/expiry-notices.ts', () => {
  it('has no news of a healthy mesh', () => {
    expect(judge([])).toEqual({ notices: [], memory: NOTHING_SEEN });
  });

  it('tells an end that comes, under the same id as long as it is the same step', () => {
    const first = judge([tokenEnds(END)]);
    const id = `ca-expiry.remote-secret-token-expires-soon.b→a.${END}.ticket`;
    expect(first).toEqual({
      notices: [{ kind: 'caExpiry', id, what: 'The token for b→a', finding: expect.objectContaining({ until: END, severity: 'ticket' }) }],
      memory: { certificates: {}, told: { [FACT]: { id, said: 'The token for b→a', since: NOW } } },
    });
    const again = judge([tokenEnds(END)], first.memory, NOW + DAY);
    expect(again.notices.map((notice) => notice.id)).toEqual([id]);
    expect(again.memory).toEqual(first.memory);
  });

  it('puts each further step in the place of the one before', () => {
    const steps: (readonly [string, string | undefined])[] = [];
    let memory = NOTHING_SEEN;
    for (const now of [NOW, END - DAY + 1, END]) {
      const { notices, memory: next } = judge([tokenEnds(END)], memory, now);
      steps.push(...notices.map(({ id, replaces }) => [id, replaces] as const));
      memory = next;
    }
    const [soon, late, over] = steps.map(([id]) => id);
    expect(steps).toEqual([
      [`ca-expiry.remote-secret-token-expires-soon.b→a.${END}.ticket`, undefined],
      [`ca-expiry.remote-secret-token-expires-soon.b→a.${END}.page`, soon],
      [`ca-expiry.remote-secret-token-expired.b→a.${END}.page`, late],
    ]);
    expect(memory.told).toEqual({ [FACT]: { id: over, said: 'The token for b→a', since: NOW } });
  });

  it('tells that it is over, once', () => {
    const { memory } = judge([tokenEnds(END)]);
    const over = judge([tokenEnds(undefined)], memory, NOW + DAY);
    const replaces = `ca-expiry.remote-secret-token-expires-soon.b→a.${END}.ticket`;
    expect(over).toEqual({
      notices: [
        { kind: 'caExpiryOver', id: `${replaces}.over`, what: 'The token for b→a', said: 'The token for b→a', since: NOW, replaces },
      ],
      memory: NOTHING_SEEN,
    });
    expect(judge([], over.memory).notices).toEqual([]);
  });

  it('cannot know while the cluster does not answer: nothing is told, nothing is over', () => {
    const { memory } = judge([tokenEnds(END)]);
    expect(judge([unreachable('b')], memory)).toEqual({ notices: [], memory });
  });

  it('tells of the certificate of an API server', () => {
    const certificate = { notBefore: NOW - 360 * DAY, notAfter: END };
    const { notices } = judge([part('a', 'api', (api) => ({ ...api, certificate }))]);
    expect(notices.map(({ id, what }) => [id, what])).toEqual([
      [`ca-expiry.api-certificate-expiring.a.${END}.ticket`, 'The certificate of the API server of a'],
    ]);
  });
});
