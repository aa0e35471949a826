import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../lab/kubernetes/object.ts';
import { BUILT_IN } from '../../../lab/kubernetes/resources.ts';
import { fieldMatcher, labelMatcher } from '../../../lab/kubernetes/selectors.ts';
import { StatusError } from '../../../lab/kubernetes/status.ts';

function labelled(name: string, labels: Record<string, string>): KubeObject {
  return { metadata: { name, namespace: 'istio-system', labels } };
}

const EAST = labelled('east', { app: 'gateway', network: 'a' });
const WEST = labelled('west', { app: 'gateway', network: 'b' });
const PLAIN = labelled('plain', {});

function chosen(selector: string): (string | undefined)[] {
  return [EAST, WEST, PLAIN].filter(labelMatcher(selector)).map(({ metadata }) => metadata.name);
}

function resource(name: string) {
  const found = BUILT_IN.find((one) => one.resource === name);
  if (found === undefined) throw new Error(`no built-in resource ${name}`);
  return found;
}

describe('label selectors', () => {
  it.each([
    ['network=a', ['east']],
    ['network==a', ['east']],
    ['network!=a', ['west', 'plain']],
    ['network in (a,b)', ['east', 'west']],
    ['network notin (a)', ['west', 'plain']],
    ['network', ['east', 'west']],
    ['!network', ['plain']],
    ['app=gateway,network=b', ['west']],
    ['app=gateway,network in (a, c)', ['east']],
    ['app=', []],
  ])('%s', (selector, names) => {
    expect(chosen(selector)).toEqual(names);
  });

  it('refuses a text that is no selector', () => {
    expect(() => labelMatcher('a b')).toThrow(StatusError);
    expect(() => labelMatcher('a=-b-')).toThrow('unable to parse requirement: values[0][a]');
  });
});

describe('field selectors', () => {
  it('know name and namespace of every kind', () => {
    const matches = fieldMatcher('metadata.name=east,metadata.namespace!=default', resource('configmaps'));

    expect([EAST, WEST].map(matches)).toEqual([true, false]);
  });

  it('know some fields of some kinds', () => {
    const tls = { ...EAST, type: 'kubernetes.io/tls' };

    expect([tls, WEST].map(fieldMatcher('type=kubernetes.io/tls', resource('secrets')))).toEqual([true, false]);
    expect(() => fieldMatcher('type=Opaque', resource('configmaps'))).toThrow('"type" is not a known field selector');
  });
});
