import { describe, expect, it } from 'vitest';
import { toMessage } from '../../src/bot/card.ts';
import { certsCard, shortFingerprint } from '../../src/bot/render/certs.ts';
import { failureCard } from '../../src/bot/render/failure.ts';
import { noticeCard } from '../../src/bot/render/notice.ts';
import { statusCard } from '../../src/bot/render/status.ts';
import { AT, certificateLine, certificates, clusterStatus, DAY, finding, meshStatus, renewedNotice } from './samples.ts';

const BUTTONS = [
  { label: 'Details', customId: 'mw1|details|7' },
  { label: 'Re-check', customId: 'mw1|recheck', style: 'primary' },
];
const CLUSTERS = ['**cluster-a** edge, signer · Kubernetes 1.36 · Istio 1.30.4', '**cluster-b** Kubernetes 1.36 · Istio 1.30.4'];
const REST = [
  '**Gateways** cluster-a 1 of 1 ready · cluster-b 1 of 1 ready',
  '**CA** root 8 y · cluster-a renews <t:1799064000:R> · cluster-b renews <t:1799064000:R>',
];

describe('the card of a status', () => {
  it('is short where all is well', () => {
    expect(statusCard(meshStatus(), '7')).toEqual({
      tone: 'good',
      title: 'Mesh healthy · 2 clusters · <t:1795521600:R>',
      body: [...CLUSTERS, ...REST],
      footer: '38 checks passed',
      buttons: BUTTONS,
    });
  });

  it('begins with the problem, since when, what it hides and what next', () => {
    const hides = ['a (cluster-b)', 'b (cluster-b)', 'c (cluster-b)', 'd (mesh)'];
    const report = {
      verdict: 'problems',
      problems: [{ finding: finding(), hides, since: AT - 60_000 }],
      notes: [],
      passed: 30,
      unseen: [],
      errored: [],
    } as const;
    expect(statusCard(meshStatus({ report }), '7')).toEqual({
      tone: 'bad',
      title: 'Mesh: 1 problem hides 4 checks · 2 clusters · <t:1795521600:R>',
      body: [
        '**▲ The gateway of cluster-b has no ready pod** · <t:1795521540:R>',
        '0 of 1 pods are ready: ImagePullBackOff',
        'Hidden by it: 3 checks of cluster-b, 1 check of the mesh',
        'Next: Look at the pods of the gateway.',
        '`kubectl -n istio-system describe pod -l istio=eastwestgateway`',
        '',
        ...CLUSTERS,
        ...REST,
      ],
      footer: '30 checks passed · 4 hidden by a problem',
      buttons: BUTTONS,
    });
  });

  it('says what could not be seen in the same size', () => {
    const unseen = [{ check: 'x', title: 'cacerts is there', subject: 'cluster-b', reason: 'could not be looked at: 403' }];
    const report = { verdict: 'unknown', problems: [], notes: [], passed: 30, unseen, errored: [] } as const;
    const card = statusCard(meshStatus({ report, clusters: [clusterStatus('cluster-b', { istio: undefined })] }), '7');
    expect([card.tone, card.body[0], card.body[2]]).toEqual([
      'unknown',
      'Not seen: cacerts is there (cluster-b): could not be looked at: 403',
      '**cluster-b** Kubernetes 1.36 · Istio not seen',
    ]);
  });

  it('of a hundred clusters counts what is well', () => {
    const names = Array.from({ length: 100 }, (_, index) => `cluster-${index + 1}`);
    const card = statusCard(meshStatus({}, names), '7');
    expect(card.body.slice(12)).toEqual([
      'and 88 more clusters in Details',
      '**Gateways** 100 of 100 ready',
      '**CA** root 8 y · the next of 100 renews <t:1799064000:R>',
    ]);
  });

  it('shows names from elsewhere as they are', () => {
    const odd = finding({ title: '**@everyone** `x` <@1> [a](b)', facts: ['# not a heading'], hint: 'Run `meshwarden doctor` for _it_.' });
    const report = { verdict: 'problems', problems: [{ finding: odd, hides: [] }], notes: [], passed: 1, unseen: [], errored: [] } as const;
    expect(statusCard(meshStatus({ report }), '7').body.slice(0, 3)).toEqual([
      String.raw`**▲ \*\*@` + '\u200B' + String.raw`everyone\*\* \`x\` \<@` + '\u200B' + String.raw`1> \[a\](b)**`,
      String.raw`\# not a heading`,
      String.raw`Next: Run ` + '`meshwarden doctor`' + String.raw` for \_it\_.`,
    ]);
  });
});

describe('other cards', () => {
  it('tells of certificates when they end and what renews next', () => {
    expect(certsCard(certificates(certificateLine()), AT)).toEqual({
      tone: 'good',
      title: 'Next renewal <t:1799064000:R> · <t:1795521600:R>',
      body: [
        '**Intermediate of cluster-a** · `41:AA…33:07`',
        '60 days left, until <t:1800705600:f> · renews <t:1799064000:R>',
        'Issuer CN=istio-root',
        '',
      ],
    });
  });

  it('names the certificate whose renewal is late', () => {
    const late = certificateLine({ renewalTime: AT - DAY, published: false });
    const card = certsCard(certificates(late), AT);
    expect([card.tone, card.title, card.body[3]]).toEqual([
      'bad',
      'Intermediate of cluster-a needs attention · <t:1795521600:R>',
      'cert-manager has a newer one that is not published to the cluster yet',
    ]);
  });

  it('tells of a renewal', () => {
    expect(noticeCard(renewedNotice(), AT)).toEqual({
      tone: 'good',
      title: 'The intermediate of cluster-a was renewed',
      body: ['Good until <t:1803297600:f> · next renewal <t:1800705600:R>', 'Fingerprint `41:AA…33:07`'],
      buttons: [{ label: 'Certificates', customId: 'mw1|certs' }],
    });
  });

  it('tells a failure with what to do', () => {
    expect(failureCard('It failed', { reason: 'timeout', message: 'no answer', next: 'Start it.' })).toMatchObject({
      tone: 'bad',
      title: 'It failed',
      body: ['no answer', 'Next: Start it.'],
    });
  });

  it('shortens a fingerprint to what tells two apart', () => {
    expect([shortFingerprint('41:AA:0B:33:07'), shortFingerprint('41:AA')]).toEqual(['41:AA…33:07', '41:AA']);
  });
});

describe('a card as a message', () => {
  it('is never longer than Discord takes, and says how much is left out', () => {
    const { components, flags } = toMessage({ tone: 'bad', title: 'T', body: Array.from({ length: 90 }, () => 'x'.repeat(99)) });
    const [text] = components[0].components;
    const content = text !== undefined && 'content' in text ? text.content : '';
    expect(flags).toBe(32_768);
    expect(content.length).toBeLessThanOrEqual(4_000);
    expect(content.split('\n').at(-1)).toBe('-# and 51 more lines in Details');
  });

  it('cuts one paragraph that is too long by itself', () => {
    const { components } = toMessage({ tone: 'good', title: 'T', body: ['y'.repeat(9_000)] });
    const [text] = components[0].components;
    const content = text !== undefined && 'content' in text ? text.content : '';
    expect([content.length <= 4_000, content.endsWith('y…')]).toEqual([true, true]);
  });
});
