import { expect, test } from 'vitest';
import type { LinkLayer } from '../../src/actions/alerts.ts';
import { detailsText } from '../../src/bot/render/details.ts';
import { probeCard } from '../../src/bot/render/probe.ts';
import { statusCard } from '../../src/bot/render/status.ts';
import type { LinkStatus } from '../../src/mesh/status-health.ts';
import { AT, meshStatus } from './samples.ts';

const links: readonly LinkStatus[] = [
  { from: 'cluster-a', to: 'cluster-b', state: 'ok', since: AT, latencyMs: 23, path: 'direct', why: undefined },
  { from: 'cluster-b', to: 'cluster-a', notMeasured: 'no worker runs in cluster-b' },
];
const down: LinkStatus = {
  from: 'cluster-a',
  to: 'cluster-b',
  state: 'firing',
  since: AT,
  latencyMs: undefined,
  path: undefined,
  why: 'connect timed out',
};

function linkLines(status: readonly LinkStatus[]): readonly string[] {
  const text = detailsText(meshStatus({ links: status }));
  return (
    text
      .split('\n\n')
      .find((part) => part.startsWith('LINKS'))
      ?.split('\n')
      .slice(1) ?? []
  );
}

test('a status says how each direction was measured, and which was not and why', () => {
  const { body } = statusCard(meshStatus({ links, alerts: { open: 1, acked: 2, muted: 0 } }), 'job-1');
  expect(body.filter((line) => /^\*\*(?:Link|Alerts)\*\*/.test(line))).toEqual([
    '**Link** cluster-a→cluster-b 23 ms direct · cluster-b→cluster-a not measured: no worker runs in cluster-b',
    '**Alerts** 1 open · 2 acknowledged',
  ]);
});

test('the details have each direction in a line of its own', () => {
  expect(linkLines([...links, down])).toEqual([
    'cluster-a → cluster-b: ok since 2026-11-24T12:00:00Z, 23.0 ms, direct',
    'cluster-b → cluster-a: not measured, no worker runs in cluster-b',
    'cluster-a → cluster-b: firing since 2026-11-24T12:00:00Z, connect timed out',
  ]);
  expect(linkLines([])).toEqual([]);
});

function probed(...layers: readonly (readonly [LinkLayer['outcome'], string])[]) {
  const card = probeCard({
    from: 'cluster-a',
    to: 'cluster-b',
    at: AT,
    layers: layers.map(([outcome, says], at) => ({ layer: 'ping', title: `L${at}`, outcome, says, facts: [] })),
  });
  return [card.tone, card.title.split(' · ')[1], ...card.body];
}

test('a measurement is as good as its worst layer, and what is not known says why, once for each reason', () => {
  expect([
    probed(['ok', 'x'], ['skipped', 'not needed']),
    probed(['ok', 'x'], ['unknown', 'not asked']),
    probed(['unknown', 'not asked'], ['failing', 'no answer'], ['unknown', 'no answer']),
  ]).toEqual([
    ['good', 'every layer is well', '● **L0** x', '· **L1** not tried: not needed'],
    ['unknown', 'not all could be measured', '● **L0** x', '◌ **L1** not asked'],
    ['bad', 'fails at L1', '◌ **L0** not asked', '▲ **L1** no answer', '◌ **L2** not known while L1 fails'],
  ]);
});
