import { describe, expect, it } from 'vitest';
import { kubectl, showRoots, showSigning } from '../../src/mesh/kubectl.ts';
import type { ClusterIdentity } from '../../src/mesh/model.ts';
import { identity } from './build.ts';

function named(context: string | undefined): ClusterIdentity {
  const { context: _own, ...rest } = identity('a', 0);
  return context === undefined ? rest : { ...rest, context };
}

describe('src/mesh/kubectl.ts', () => {
  it.each([
    ['no context where none is known', undefined, 'kubectl get nodes'],
    ['a plain context as it is', 'admin@home:6443', 'kubectl --context admin@home:6443 get nodes'],
    ['a context with a blank in quotes', 'my home', "kubectl --context 'my home' get nodes"],
    ['a context with a quote as a shell reads it back', "it's", String.raw`kubectl --context 'it'\''s' get nodes`],
    ['what a shell would run as text', '$(reboot);', "kubectl --context '$(reboot);' get nodes"],
    ['an empty context in quotes', '', "kubectl --context '' get nodes"],
  ])('names %s', (_name, context, command) => {
    expect(kubectl(named(context), 'get nodes')).toBe(command);
  });

  it('shows certificates of cacerts, never its key, in the namespace of Istio', () => {
    const tail = "-o jsonpath='{.data.KEY}' | base64 -d | openssl x509 -noout -subject -issuer -dates -fingerprint -sha256";
    const elsewhere = { ...named(undefined), istioNamespace: 'mesh' };
    expect([showSigning(named('a')), showRoots(elsewhere)]).toEqual([
      `kubectl --context a -n istio-system get secret cacerts ${tail.replace('KEY', String.raw`ca-cert\.pem`)}`,
      `kubectl -n mesh get secret cacerts ${tail.replace('KEY', String.raw`root-cert\.pem`)}`,
    ]);
  });
});
