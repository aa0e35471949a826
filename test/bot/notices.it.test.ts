import { describe, expect, it, test } from 'vitest';
import type { AuditEntry } from '../../src/changes/ports.ts';
import { noticeCard } from '../../src/bot/render/notice.ts';
import { startAll } from './product.ts';
import { AT, finding } from './samples.ts';

const CERTIFICATES = { label: 'Certificates', customId: 'mw1|certs' };
const ROTATION = { label: 'What runs', customId: 'mw1|rotation' };
const ENTRY: AuditEntry = {
  at: AT,
  who: '100000000000000007',
  what: 'approve',
  change: 'k7f3',
  goal: { kind: 'intermediate', cluster: 'cluster-b' },
  planHash: undefined,
  detail: 'Rotate the intermediate of cluster-b',
  result: 'ok',
};
const LINE = '● <t:1795521600:R> <@100000000000000007> **approve** k7f3 · Rotate the intermediate of cluster-b';

describe('news of the authority', () => {
  it('says what was published where', () => {
    const says = ['2 of 2 clusters are as issued', 'next on 14 May'];
    expect(noticeCard({ kind: 'caDistributed', id: '1', clusters: ['cluster-a', 'cluster-b'], says }, AT)).toEqual({
      tone: 'good',
      title: 'Published and proved in 2 clusters',
      body: says,
      buttons: [CERTIFICATES],
    });
  });

  it('says what is not published and why', () => {
    expect(noticeCard({ kind: 'caRefused', id: '1', finding: finding({ severity: 'ticket' }) }, AT)).toEqual({
      tone: 'warn',
      title: 'The gateway of cluster-b has no ready pod',
      body: [
        '0 of 1 pods are ready: ImagePullBackOff',
        'Next: Look at the pods of the gateway.',
        '`kubectl -n istio-system describe pod -l istio=eastwestgateway`',
      ],
      buttons: [ROTATION, CERTIFICATES],
    });
  });

  it('says once a day how far a long change is', () => {
    const notice = { kind: 'changeProgress', id: '1', title: 'Rotate the root', says: 'waits for leaves', until: AT } as const;
    expect(noticeCard(notice, AT)).toEqual({
      tone: 'plan',
      title: 'Rotate the root',
      body: ['waits for leaves · goes on <t:1795521600:R>'],
      buttons: [ROTATION],
    });
  });
});

test('who did what goes to the channel of the audit, news to that of the alerts', async () => {
  const { d, outbox } = await startAll({ faster: 20 });
  await outbox.add({ kind: 'audit', id: 'audit.1', entry: ENTRY }, AT);
  await outbox.add({ kind: 'caDistributed', id: 'ca-distributed.1', clusters: ['cluster-a'], says: ['next on 14 May'] }, AT);
  await expect.poll(() => outbox.depth(), { timeout: 10_000 }).toBe(0);
  const said = (name: string) => JSON.stringify(d.posts(d.channel(name)).map(({ content, components }) => ({ content, components })));
  expect(said('audit')).toContain(LINE);
  expect(said('audit')).not.toContain('14 May');
  expect(said('alerts')).toContain('Published and proved in cluster-a');
  expect(said('alerts')).not.toContain('k7f3');
});
