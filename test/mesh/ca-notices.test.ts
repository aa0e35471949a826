import { describe, expect, it } from 'vitest';
import { judgeCa, NOTHING_SEEN, type CaMemory } from '../../src/mesh/ca-notices.ts';
import { certificatesOf } from '../../src/mesh/certificates.ts';
import { certificateOf, DAY, HOUR, intermediate, NOW, ROOT, signingOf } from './authority.ts';
import { blindAuthority, type Change, changed, condition, inCertificate, inIntermediate, managed, mesh, seen, source } from './build.ts';

const MARGIN = 6 * HOUR;
const OLD = certificateOf(signingOf('b'));
const CERTIFICATES = Object.fromEntries(
  [['root', certificateOf(ROOT)] as const, ['a', certificateOf(signingOf('a'))] as const, ['b', OLD] as const].map(
    ([name, { notBefore, notAfter }]) => [name, { notBefore, notAfter }],
  ),
);
const MEMORY: CaMemory = { certificates: CERTIFICATES, told: {} };
const NEW = intermediate('b', ROOT, { notBefore: NOW - HOUR, notAfter: NOW + 179 * DAY });
const RENEWED = inIntermediate('b', () => ({ certificate: managed('istio-ica-b', NEW), secret: seen(source('b', NEW)) }));

function judge(changes: readonly Change[], now = NOW, memory = MEMORY) {
  return judgeCa(certificatesOf(changed(mesh(), ...changes)), memory, now, MARGIN);
}

describe('src/mesh/ca-notices.ts', () => {
  it('has no news where nothing changed', () => {
    expect(judge([])).toEqual({ notices: [], memory: MEMORY });
  });

  it('remembers in silence what it never saw before', () => {
    expect(judge([], NOW, NOTHING_SEEN)).toEqual({ notices: [], memory: MEMORY });
  });

  it('tells a renewal that the cluster does not sign with yet, once', () => {
    const { notBefore, notAfter, fingerprint } = certificateOf(NEW);
    const first = judge([RENEWED]);
    expect(first).toEqual({
      notices: [
        {
          kind: 'caRenewed',
          id: `ca-renewed.b.${notBefore}`,
          what: 'The intermediate of b',
          fingerprint,
          notAfter,
          renewalTime: notAfter - 60 * DAY,
          published: false,
        },
      ],
      memory: { certificates: { ...CERTIFICATES, b: { notBefore, notAfter } }, told: {} },
    });
    expect(judge([RENEWED], NOW, first.memory)).toEqual({ notices: [], memory: first.memory });
  });

  it('is silent to the end of the margin, and then says what is overdue and what it last heard', () => {
    const due = OLD.notAfter - 60 * DAY;
    const says = condition('Ready', 'False', 'Failed', 'the issuer is not ready');
    const stuck = inCertificate('b', (certificate) => ({ ...certificate, conditions: [says] }));
    expect(judge([stuck], due + MARGIN).notices).toEqual([]);
    const overdue = { kind: 'caRenewalOverdue', renewalTime: due, notAfter: OLD.notAfter };
    expect(judge([stuck], due + MARGIN + 1).notices).toEqual([
      { ...overdue, id: `ca-overdue.a.${due}`, what: 'The intermediate of a', object: 'istio-ca/istio-ica-a', why: undefined },
      { ...overdue, id: `ca-overdue.b.${due}`, what: 'The intermediate of b', object: 'istio-ca/istio-ica-b', why: says.message },
    ]);
  });

  it('puts each failed attempt in the place of the one before, and the renewal in that of the last', () => {
    const due = OLD.notAfter - 60 * DAY;
    const says = condition('Issuing', 'False', 'Failed', 'the key does not match');
    const failing = (failedAttempts: number): Change =>
      inCertificate('b', (one) => ({ ...one, conditions: [says], failedAttempts, lastFailureTime: due + MARGIN }));
    const onlyB: Change = inCertificate('a', (one) => ({ ...one, renewalTime: undefined }));
    const now = due + MARGIN + 1;
    const first = judge([onlyB, failing(1)], now);
    const second = judge([onlyB, failing(2)], now, first.memory);
    const last = judge([onlyB, RENEWED], now, second.memory);

    const { notBefore, notAfter, fingerprint } = certificateOf(NEW);
    const what = 'The intermediate of b';
    const common = { kind: 'caRenewalOverdue', what, object: 'istio-ca/istio-ica-b', renewalTime: due, notAfter: OLD.notAfter };
    const why = 'Failed: the key does not match';
    const [one, two] = [`ca-overdue.b.${due}.1`, `ca-overdue.b.${due}.2`];
    const renewal = { fingerprint, notAfter, renewalTime: notAfter - 60 * DAY, published: false };
    expect([...first.notices, ...second.notices, ...last.notices]).toEqual([
      { ...common, id: one, why, attempts: 1, waitsUntil: due + MARGIN + HOUR },
      { ...common, id: two, why, attempts: 2, waitsUntil: due + MARGIN + 2 * HOUR, replaces: one },
      { kind: 'caRenewed', id: `ca-renewed.b.${notBefore}`, what, ...renewal, overdueSince: due, replaces: two },
    ]);
    expect(last.memory.told).toEqual({});
  });

  it('does not wait longer than a quarter of a short window', () => {
    const short = inCertificate('b', (one) => ({ ...one, renewalTime: OLD.notAfter - 8 * HOUR }));
    const ids = (after: number) => judge([short], OLD.notAfter - 8 * HOUR + after).notices.map(({ id }) => id);
    expect([ids(2 * HOUR).includes(`ca-overdue.b.${OLD.notAfter - 8 * HOUR}`), ids(2 * HOUR + 1)]).toEqual([
      false,
      expect.arrayContaining([`ca-overdue.b.${OLD.notAfter - 8 * HOUR}`]),
    ]);
  });

  it('cannot know of renewals while the signer cannot be seen, and forgets nothing', () => {
    const { notices, memory } = judge([blindAuthority], OLD.notAfter);
    expect({ notices, memory }).toEqual({ notices: [], memory: MEMORY });
  });

  it('is silent where an older generation is back', () => {
    expect(judge([], NOW, { certificates: { ...CERTIFICATES, b: { notBefore: NOW, notAfter: NOW + DAY } }, told: {} }).notices).toEqual([]);
  });
});
