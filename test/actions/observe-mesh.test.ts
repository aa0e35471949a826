import { describe, expect, it } from 'vitest';
import { meshStatus } from '../../src/actions/mesh-status.ts';
import { observeMesh } from '../../src/actions/observe-mesh.ts';
import { DAY, NOW } from '../mesh/authority.ts';
import { changed, mesh, part, UNREACHABLE } from '../mesh/build.ts';
import { looking, serving, WITHOUT_SIGNER } from './ports.ts';

const TWO_PROBLEMS = changed(
  mesh(),
  part('b', 'remoteSecrets', () => []),
  part('a', 'cacerts', () => null),
);
const NO_CACERTS = 'cacerts-missing|cluster||a';
const NO_SECRET = 'remote-secret-missing|link|b|b→a';
const SINCE = NOW - 3 * DAY;

describe('src/actions/observe-mesh.ts', () => {
  it('records that a healthy mesh has no problem, and forgets those it had', async () => {
    const { context, records, looks } = serving(mesh(), new Map([['old', SINCE]]));

    const status = await observeMesh.run({}, context);

    expect({ records, looks }).toEqual({ records: [[[], NOW, true]], looks: [undefined] });
    expect(status).toEqual(await meshStatus.run({}, looking(mesh()).context));
  });

  it('records exactly the problems that are there, and tells since when each is', async () => {
    const plain = await meshStatus.run({}, looking(TWO_PROBLEMS).context);
    const { context, records } = serving(TWO_PROBLEMS, new Map(Object.entries({ [NO_CACERTS]: SINCE, other: NOW })));

    const status = await observeMesh.run({}, context);

    expect(records).toEqual([[[NO_CACERTS, NO_SECRET], NOW, true]]);
    const problems = plain.report.problems.map((problem, index) => (index === 0 ? { ...problem, since: SINCE } : problem));
    expect(status).toEqual({ ...plain, report: { ...plain.report, problems } });
  });

  it('leaves what is followed over time with the instant at which its trouble began', async () => {
    const { context, records } = serving(mesh(), new Map());
    const incident = {
      id: 'i1',
      rule: 'link-down',
      subject: { kind: 'link', from: 'a', to: 'b' },
      severity: 'page',
      since: SINCE,
      title: 'Link a → b is down',
      state: 'firing',
      evidence: '3 of 4 probes failed',
      hides: [],
      isAcked: false,
      isMuted: false,
    } as const;
    const health = { read: async () => ({ entries: [], incidents: [incident], vantages: ['a'] }) };
    const known = { record: async (keys: readonly string[]) => new Map(keys.map((key) => [key, NOW])) };

    const { report } = await observeMesh.run({}, { ...context, health, history: known });

    expect(report.problems.map(({ finding, since }) => [finding.title, since])).toEqual([['Link a → b is down', SINCE]]);
    expect(records).toEqual([]);
  });

  it('forgets nothing after a look at some clusters', async () => {
    const { context, records, looks } = serving(mesh(), new Map());

    const status = await observeMesh.run({ only: ['b'] }, context);

    expect({ records, looks, only: status.only }).toEqual({ records: [[[], NOW, false]], looks: [['b']], only: ['b'] });
  });

  it('takes the same problem of another cluster for another one', async () => {
    const both = changed(
      mesh(),
      part('a', 'cacerts', () => null),
      part('b', 'cacerts', () => null),
    );
    const { context, records } = serving(both, new Map());

    await observeMesh.run({}, context);

    expect(records).toEqual([[[NO_CACERTS, 'cacerts-missing|cluster||b'], NOW, true]]);
  });

  it('tells a signer that does not answer, and records that', async () => {
    const { context, records } = serving(WITHOUT_SIGNER, new Map([['cluster-unreachable|cluster||a', SINCE]]));

    const { authority, report } = await observeMesh.run({}, context);

    expect(records).toEqual([[['cluster-unreachable|cluster||a'], NOW, true]]);
    expect(authority.failure).toEqual(UNREACHABLE);
    expect(report.problems.map(({ finding, since }) => [finding.code, since])).toEqual([['cluster-unreachable', SINCE]]);
  });

  it('fails where the history cannot be kept', async () => {
    const { context } = serving(mesh(), new Map());
    const history = { record: () => Promise.reject(new Error('Redis is away')) };

    await expect(observeMesh.run({}, { ...context, history })).rejects.toThrow('Redis is away');
  });
});
