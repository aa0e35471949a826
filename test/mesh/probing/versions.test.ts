import { describe, expect, it } from 'vitest';
import { versionsSample } from '../../../src/mesh/probing/versions.ts';

const taken = { at: Date.UTC(2026, 5, 1), vantage: 'local' };
const common = { ...taken, rule: 'version-skew', subject: { kind: 'versions' } };

describe('src/mesh/probing/versions', () => {
  it('is not well where a version cannot be read', () => {
    const versions = new Map([
      ['cluster-a', ['1.30.4']],
      ['cluster-b', ['latest']],
    ]);
    expect(versionsSample(versions, 2, taken)).toEqual({
      ...common,
      outcome: 'unknown',
      cause: {
        code: 'versions-unseen',
        says: 'the version of istiod is known in 1 of 2 clusters',
        facts: ['cluster-b: latest'],
        hint: 'Look at the clusters that do not answer, and at the image tags of istiod.',
        commands: [],
      },
    });
  });

  it('reads the minor version of a build before its release', () => {
    const versions = new Map([
      ['cluster-a', ['1.30.4']],
      ['cluster-b', ['1.31-alpha.0a1b2c']],
    ]);
    expect(versionsSample(versions, 2, taken)).toEqual({ ...common, outcome: 'ok', says: '1.30.4 and 1.31-alpha.0a1b2c' });
  });
});
