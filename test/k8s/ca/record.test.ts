import { array, assert, integer, property, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARKS, markTime } from '../../../src/k8s/ca/names.ts';
import { holdMarks, patchOf, recordOf, withMarks } from '../../../src/k8s/ca/record.ts';
import type { CacertsRecord } from '../../../src/rotation/model.ts';

const NOTHING: CacertsRecord = {
  source: undefined,
  writtenAt: undefined,
  proved: undefined,
  rootsSince: undefined,
  signerSince: undefined,
  hold: undefined,
  revoked: [],
};

const fingerprint = stringMatching(/^[0-9A-F]{2}(:[0-9A-F]{2}){3}$/);
const instant = integer({ min: 0, max: Date.UTC(2099, 0, 1) });

describe('what annotations on cacerts say', () => {
  it('is nothing where there are none', () => {
    expect(recordOf({})).toEqual(NOTHING);
  });

  it('is what was written', () => {
    assert(
      property(fingerprint, instant, array(fingerprint), string(), (source, at, revoked, why) => {
        const hold = { fingerprint: source, why, at };
        const annotations = withMarks(
          { foreign: 'stays' },
          {
            [MARKS.source]: source,
            [MARKS.writtenAt]: markTime(at),
            [MARKS.proved]: 'id',
            [MARKS.provedAt]: markTime(at),
            [MARKS.rootsSince]: markTime(at),
            [MARKS.signerSince]: markTime(at),
            [MARKS.revoked]: revoked.join(','),
            ...holdMarks(hold),
          },
        );
        const proved = { contentId: 'id', at };
        expect(recordOf(annotations)).toEqual({ source, writtenAt: at, proved, rootsSince: at, signerSince: at, hold, revoked });
        expect(annotations['foreign']).toBe('stays');
        expect(recordOf(withMarks(annotations, holdMarks(undefined))).hold).toBeUndefined();
      }),
    );
  });

  it('counts as lost where a time cannot be read, so that it is waited for anew', () => {
    const damaged = {
      [MARKS.writtenAt]: 'yesterday',
      [MARKS.proved]: 'id',
      [MARKS.provedAt]: '',
      [MARKS.rootsSince]: 'x',
      [MARKS.signerSince]: '-',
    };
    expect(recordOf(damaged)).toEqual(NOTHING);
    expect(recordOf({ [MARKS.proved]: 'id' }).proved).toBeUndefined();
  });

  it('is still a hold where nothing but the fingerprint is left of it', () => {
    expect(recordOf({ [MARKS.hold]: 'AB:CD' }).hold).toEqual({ fingerprint: 'AB:CD', why: '', at: 0 });
    expect(recordOf({ [MARKS.hold]: '', [MARKS.holdWhy]: 'why' }).hold).toBeUndefined();
  });

  it('is taken away by a null in a patch', () => {
    expect(patchOf({ ...holdMarks(undefined), [MARKS.source]: 'AB' })).toEqual({
      'meshwarden.dev/hold': null,
      'meshwarden.dev/hold-why': null,
      'meshwarden.dev/hold-at': null,
      'meshwarden.dev/source': 'AB',
    });
  });
});
