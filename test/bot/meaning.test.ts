import { expect, it } from 'vitest';
import { RULES } from '../../src/alerts/rules.ts';
import { meaningOf } from '../../src/bot/render/meaning.ts';
import type { HealthKind, HealthSubject } from '../../src/mesh/health.ts';
import { CAUSE } from './incident-samples.ts';

const SUBJECTS: Readonly<Partial<Record<HealthKind, HealthSubject>>> = {
  self: { kind: 'self', vantage: 'a' },
  tailnet: { kind: 'tailnet', vantage: 'a' },
  link: { kind: 'link', from: 'a', to: 'b' },
  api: { kind: 'api', cluster: 'b' },
  gatewayPods: { kind: 'gatewayPods', cluster: 'b' },
  gateway: { kind: 'gateway', from: 'a', to: 'b' },
  remoteApi: { kind: 'remoteApi', from: 'a', to: 'b' },
  publicPath: { kind: 'publicPath', from: 'a', to: 'b' },
};
const FAIL = 'Requests from a to what runs only in b fail. Inside each cluster all goes on.';
const CANARY = 'Only the canary was asked for: other services behind the gateway may work.';

it('says what it means where that follows from the rule, and nothing where it does not', () => {
  const told = RULES.flatMap(({ id: rule, kind }) => {
    const subject = SUBJECTS[kind] ?? { kind: 'clock', cluster: 'b' };
    const meaning = meaningOf({ rule, subject, about: 'failing', cause: CAUSE });
    return meaning === undefined ? [] : [[rule, meaning]];
  });
  expect(Object.fromEntries(told)).toEqual({
    'self-offline': 'Nothing is measured from there meanwhile. The mesh itself may be well.',
    'tailnet-node': 'Nothing passes between clusters through it. Inside each cluster all goes on.',
    'tailnet-control': 'What is connected stays so. A restart of tailscaled would cut it off.',
    'link-down': FAIL,
    'api-down': 'Nothing of b can be looked at or changed. What runs there goes on.',
    'gateway-pods': 'Requests from other clusters to what runs only in b fail. Inside each cluster all goes on.',
    'gateway-trust': 'a refuses whatever presents such a certificate.',
    'remote-api': 'istiod of a learns nothing new of b; what it knows already stays in use.',
  });
});

it.each([
  ['connect-refused', FAIL],
  ['connect-timeout', FAIL],
  ['unreachable', FAIL],
  ['port-blocked', FAIL],
  ['gateway-silent', FAIL],
  ['plaintext', FAIL],
  ['no-filter-chain', CANARY],
  ['no-healthy-endpoint', CANARY],
  ['endpoint-refuses', CANARY],
  ['endpoint-silent', CANARY],
  ['reset', undefined],
])('of a gateway that fails with %s', (code, meaning) => {
  const subject = { kind: 'gateway', from: 'a', to: 'b' } as const;
  expect(meaningOf({ rule: 'gateway-down', subject, about: 'failing', cause: { ...CAUSE, code } })).toBe(meaning);
});

it('claims nothing about requests of a cluster where it is measured from elsewhere', () => {
  const subject = { kind: 'link', from: 'local', to: 'b' } as const;
  expect(meaningOf({ rule: 'link-down', subject, about: 'failing', cause: CAUSE })).toBeUndefined();
});

it('says that nothing is known where nothing is', () => {
  const subject = { kind: 'link', from: 'a', to: 'b' } as const;
  expect(meaningOf({ rule: 'link-down', subject, about: 'unknown', cause: CAUSE })).toBe('It may work or not: nothing is known of it.');
});
