import { describe, expect, it } from 'vitest';
import { readerToken, remoteSecret } from '../../../lab/scene/remote-secrets.ts';
import { fromBase64 } from '../../../lab/scene/text.ts';

describe('lab/scene/remote-secrets', () => {
  it('makes what istioctl create-remote-secret prints', () => {
    const { data, ...rest } = remoteSecret({
      name: 'cluster-b',
      server: 'https://100.64.0.20:6443',
      caPem: 'authority',
      token: 'one.two.three',
    });

    expect(rest).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace: 'istio-system',
        name: 'istio-remote-secret-cluster-b',
        labels: { 'istio/multiCluster': 'true' },
        annotations: { 'networking.istio.io/cluster': 'cluster-b' },
      },
      type: 'Opaque',
    });
    expect(Object.keys(data as object)).toEqual(['cluster-b']);
    expect(fromBase64((data as Record<string, string>)['cluster-b'])).toBe(`apiVersion: v1
clusters:
  - cluster:
      certificate-authority-data: YXV0aG9yaXR5
      server: https://100.64.0.20:6443
    name: cluster-b
contexts:
  - context:
      cluster: cluster-b
      user: cluster-b
    name: cluster-b
current-context: cluster-b
kind: Config
users:
  - name: cluster-b
    user:
      token: one.two.three
`);
  });

  it.each([
    { what: 'without an end', expiresAt: undefined, exp: undefined },
    { what: 'with an end in seconds', expiresAt: Date.UTC(2026, 10, 24), exp: 1_795_478_400 },
  ])('makes a token $what', ({ expiresAt, exp }) => {
    const [, claims = ''] = readerToken(expiresAt).split('.');

    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      iss: 'kubernetes/serviceaccount',
      'kubernetes.io/serviceaccount/namespace': 'istio-system',
      'kubernetes.io/serviceaccount/secret.name': 'istio-reader-service-account-istio-remote-secret-token',
      'kubernetes.io/serviceaccount/service-account.name': 'istio-reader-service-account',
      sub: 'system:serviceaccount:istio-system:istio-reader-service-account',
      ...(exp === undefined ? {} : { exp }),
    });
  });
});
