import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  canaryAskerRights,
  canaryInstallerRights,
  readerRights,
  reviewRights,
  signerRights,
  signerWriterRights,
  writerRights,
  type Right,
} from '../../src/k8s/rights.ts';
import { NEVER, startBench, type Bench } from './lab.ts';

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:meshwarden'];
const USER = 'system:serviceaccount:meshwarden:meshwarden';

function manifests(file: string): readonly Role[] {
  const text = readFileSync(new URL(`../../deploy/rbac/${file}`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Role);
}

function granted(file: string): readonly Right[] {
  return manifests(file)
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .flatMap(({ metadata: { namespace }, rules }) =>
      (rules ?? []).flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            verbs.flatMap((verb) => (resourceNames ?? [undefined]).map((name) => ({ group, resource, verb, namespace, name }))),
          ),
        ),
      ),
    );
}

function sorted(rights: readonly Right[]): readonly string[] {
  return rights.map((right) => Object.values({ ...right, namespace: right.namespace ?? '*', name: right.name ?? '*' }).join(' ')).sort();
}

describe('src/k8s/rights.ts', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.stop());

  it('asks for exactly what deploy/rbac/reader.yaml grants', () => {
    expect(sorted(readerRights('istio-system'))).toEqual(sorted(granted('reader.yaml')));
  });

  it('asks for exactly what deploy/rbac/signer.yaml grants', () => {
    expect(sorted(signerRights('cert-manager', 'istio-ca'))).toEqual(sorted(granted('signer.yaml')));
  });

  it('asks for exactly what the two manifests of the writer grant', () => {
    expect(sorted(writerRights('istio-system'))).toEqual(sorted(granted('writer.yaml')));
    expect(sorted(signerWriterRights('cert-manager', 'istio-ca'))).toEqual(sorted(granted('signer-writer.yaml')));
  });

  it('asks for exactly what the two manifests about the canary grant', () => {
    expect(sorted(canaryInstallerRights('mesh-canary'))).toEqual(sorted(granted('canary-installer.yaml')));
    expect(sorted(canaryAskerRights('mesh-canary'))).toEqual(sorted(granted('canary-asker.yaml')));
  });

  it('asks for no right on the Secret of the root', () => {
    const all = [
      ...signerRights('cert-manager', 'istio-ca'),
      ...signerWriterRights('cert-manager', 'istio-ca'),
      ...writerRights('istio-system'),
    ];
    expect(
      all.filter(({ resource, namespace }) => resource === 'secrets' && namespace !== 'istio-ca' && namespace !== 'istio-system'),
    ).toEqual([]);
  });

  it('finds which rights are there and which are not', async () => {
    for (const object of manifests('reader.yaml')) bench.api.store.put(object as never);
    bench.api.addUser(USER, { groups: GROUPS });
    const client = await bench.clientOf(bench.api.kubeconfig(USER));
    const reader = await reviewRights(client, readerRights('istio-system'), { signal: NEVER });
    const signer = await reviewRights(client, signerRights('cert-manager', 'istio-ca'), { signal: NEVER });
    expect([reader, signer].map((rights) => new Set(rights.map(({ allowed }) => allowed)))).toEqual([new Set([true]), new Set([false])]);
    expect(reader.map(({ right }) => right)).toEqual(readerRights('istio-system'));
  });
});
