import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../lab/kubernetes/object.ts';
import { BUILT_IN, type Resource } from '../../../lab/kubernetes/resources.ts';
import { Storage } from '../../../lab/kubernetes/store.ts';

const CONFIG_MAPS = BUILT_IN.find((one) => one.resource === 'configmaps') as Resource;

function map(name: string, value: string): KubeObject {
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'default' }, data: { value } };
}

function values(stored: readonly { object: KubeObject }[] | undefined): string | undefined {
  return stored?.map(({ object }) => `${object.metadata.name}=${(object['data'] as { value: string }).value}`).join(' ');
}

describe('the store', () => {
  it('gives every write the next version and lists by key', () => {
    const storage = new Storage();
    const start = storage.revision;

    storage.put(CONFIG_MAPS, map('b', '1'));
    storage.put(CONFIG_MAPS, map('a', '1'));

    expect(storage.revision).toEqual(start + 2);
    expect(values(storage.all(CONFIG_MAPS))).toEqual('a=1 b=1');
  });

  it('knows earlier states until history is forgotten', () => {
    const storage = new Storage();
    storage.put(CONFIG_MAPS, map('a', '1'));
    const then = storage.revision;
    storage.put(CONFIG_MAPS, map('a', '2'));
    storage.put(CONFIG_MAPS, map('b', '1'));
    storage.remove(CONFIG_MAPS, 'default', 'a');

    expect(values(storage.allAt(CONFIG_MAPS, then))).toEqual('a=1');
    expect(values(storage.allAt(CONFIG_MAPS, then + 1))).toEqual('a=2');
    expect(storage.since(CONFIG_MAPS, then)?.map(({ type, key }) => `${type} ${key}`)).toEqual([
      'MODIFIED default/a',
      'ADDED default/b',
      'DELETED default/a',
    ]);

    storage.forgetHistory();

    expect(storage.allAt(CONFIG_MAPS, then)).toEqual(undefined);
    expect(storage.since(CONFIG_MAPS, then)).toEqual(undefined);
    expect(storage.since(CONFIG_MAPS, storage.revision)).toEqual([]);
  });
});
