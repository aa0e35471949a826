import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { remoteCluster } from '../../../src/k8s/readers/remote-secrets.ts';

const TOKEN = 'an-opaque-token';

function kubeconfig(cluster: object, user: object, rest: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster-b', cluster: { server: 'https://b:6443', 'certificate-authority-data': 'Y2E=', ...cluster } }],
    users: [{ name: 'cluster-b', user }],
    contexts: [{ name: 'cluster-b', context: { cluster: 'cluster-b', user: 'cluster-b' } }],
    'current-context': 'cluster-b',
    ...rest,
  });
}

const HEALTHY = {
  cluster: 'cluster-b',
  server: 'https://b:6443',
  tlsServerName: undefined,
  hasCa: true,
  insecure: false,
  hasToken: true,
  tokenExpires: undefined,
  faults: [],
};

const NOTHING = { ...HEALTHY, server: undefined, hasCa: false, hasToken: false };

describe('src/k8s/readers/remote-secrets.ts', () => {
  it('reads what istioctl writes', () => {
    expect(remoteCluster('cluster-b', kubeconfig({}, { token: TOKEN }))).toEqual(HEALTHY);
  });

  it('takes oidc as istiod does, and no other provider', () => {
    expect(remoteCluster('cluster-b', kubeconfig({}, { 'auth-provider': { name: 'oidc', config: { 'id-token': 'x' } } }))).toEqual(HEALTHY);
    expect(remoteCluster('cluster-b', kubeconfig({}, { 'auth-provider': { name: 'gcp' } }))).toEqual({
      ...HEALTHY,
      hasToken: false,
      faults: ['auth-provider gcp is not allowed by istiod'],
    });
  });

  it('reads until when a token is good', () => {
    const claims = Buffer.from(JSON.stringify({ exp: 1_800_000_000 })).toString('base64url');
    expect(remoteCluster('cluster-b', kubeconfig({}, { token: `e30.${claims}.c2ln` }))).toEqual({
      ...HEALTHY,
      tokenExpires: 1_800_000_000_000,
    });
  });

  it.each<[string, object, object, object]>([
    ['no token', {}, {}, { hasToken: false }],
    ['another server name', { 'tls-server-name': 'kubernetes' }, { token: TOKEN }, { tlsServerName: 'kubernetes' }],
    ['no verification', { 'insecure-skip-tls-verify': true }, { token: TOKEN }, { insecure: true }],
    [
      'an authority by its path',
      { 'certificate-authority-data': undefined, 'certificate-authority': '/ca.crt' },
      { token: TOKEN },
      { hasCa: false, faults: ['certificate-authority is a path, which istiod refuses'] },
    ],
    ['a program', {}, { exec: { command: 'aws' } }, { hasToken: false, faults: ['exec is not allowed by istiod'] }],
    ['a token by its path', {}, { tokenFile: '/token' }, { hasToken: false, faults: ['tokenFile is not allowed by istiod'] }],
    [
      'a client certificate by its path',
      {},
      { 'client-certificate': '/a', 'client-key': '/b' },
      { hasToken: false, faults: ['client-certificate is not allowed by istiod', 'client-key is not allowed by istiod'] },
    ],
  ])('tells %s', (_, cluster, user, differs) => {
    expect(remoteCluster('cluster-b', kubeconfig(cluster, user))).toEqual({ ...HEALTHY, ...differs });
  });

  it.each([
    ['text that is no YAML', `{token: "${TOKEN}`, 'it is no kubeconfig'],
    ['YAML of another shape', `[${TOKEN}]`, 'it is no kubeconfig'],
    [
      'a current context that is not there',
      kubeconfig({}, { token: TOKEN }, { 'current-context': 'other' }),
      'its current context does not exist',
    ],
  ])('says of %s what is wrong, and repeats nothing', (_, text, fault) => {
    expect(remoteCluster('cluster-b', text)).toEqual({ ...NOTHING, faults: [fault] });
  });
});
