import { describe, expect, it } from 'vitest';
import { judgeCa } from '../../src/mesh/ca-notices.ts';
import { certificatesOf } from '../../src/mesh/certificates.ts';
import { certificateOf, DAY, HOUR, intermediate, NOW, ROOT, signingOf } from './authority.ts';
import { blindAuthority, type Change, changed, condition, inCertificate, inIntermediate, managed, mesh, seen, source } from './build.ts';

const MARGIN = 6 * HOUR;
const OLD = certificateOf(signingOf('b'));
const MEMORY = Object.fromEntries(
  [['root', certificateOf(ROOT)] as const, ['a', certificateOf(signingOf('a'))] as const, ['b', OLD] as const].map(
    ([name, { notBefore, notAfter }]) => [name, { notBefore, notAfter }],
  ),
);
const NEW = intermediate('b', ROOT, { notBefore: NOW - HOUR, notAfter: NOW + 179 * DAY });
const RENEWED = inIntermediate('b', () => ({ certificate: managed('istio-ica-b', NEW), secret: seen(source('b', NEW)) }));

function judge(changes: readonly Change[], now = NOW, memory: Parameters<typeof judgeCa>[1] = MEMORY) {
  return judgeCa(certificatesOf(changed(mesh(), ...changes)), memory, now, MARGIN);
}

describe('src/mesh/ca-notices.ts', () => {
  it('has no news where nothing changed', () => {
    expect(judge([])).toEqual({ notices: [], memory: MEMORY });
  });

  it('remembers in silence what it never saw before', () => {
    expect(judge([], NOW, {})).toEqual({ notices: [], memory: MEMORY });
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
      memory: { ...MEMORY, b: { notBefore, notAfter } },
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

  it('cannot know of renewals while the signer cannot be seen, and forgets nothing', () => {
    const { notices, memory } = judge([blindAuthority], OLD.notAfter);
    expect({ notices, memory }).toEqual({ notices: [], memory: MEMORY });
  });

  it('is silent where an older generation is back', () => {
    expect(judge([], NOW, { ...MEMORY, b: { notBefore: NOW, notAfter: NOW + DAY } }).notices).toEqual([]);
  });
});
