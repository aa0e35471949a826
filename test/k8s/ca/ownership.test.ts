import { describe, expect, it } from 'vitest';
import { ownershipOf, takenOver } from '../../../src/k8s/ca/ownership.ts';
import { OwnedMeta, WholeSecret } from '../../../src/k8s/ca/wire.ts';

interface Manager {
  readonly manager: string;
  readonly owns?: string;
}

function secret(managers: readonly Manager[], more: object = {}, data: Readonly<Record<string, string>> = {}): WholeSecret {
  return WholeSecret.parse({
    metadata: {
      name: 'cacerts',
      namespace: 'istio-system',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-03-01T00:00:00Z',
      managedFields: managers.map(({ manager, owns = 'f:data' }) => ({ manager, operation: 'Update', fieldsV1: { [owns]: {} } })),
      ...more,
    },
    data,
  });
}

const KUBECTL = 'kubectl-client-side-apply';
const APPLIED = { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } };

describe('who owns a Secret', () => {
  it.each([
    ['meshwarden', ['meshwarden'], 'meshwarden', []],
    ['kubectl create', ['kubectl-create'], 'kubectl', ['kubectl-create']],
    ['kubectl apply beside us', ['meshwarden', KUBECTL], 'kubectl', [KUBECTL]],
    ['Argo CD', ['argocd-controller'], 'gitops', ['argocd-controller']],
    ['Flux', ['kustomize-controller'], 'gitops', ['kustomize-controller']],
    ['Flux with Helm', ['helm-controller'], 'gitops', ['helm-controller']],
    ['istiod', ['pilot-discovery'], 'istiod', ['pilot-discovery']],
    ['a GitOps tool before kubectl', [KUBECTL, 'argocd-controller'], 'gitops', ['argocd-controller', KUBECTL]],
    ['a tool that nobody knows', ['terraform'], 'other', ['terraform']],
    ['nobody', [], 'other', []],
  ] as const)('%s', (_who, managers, kind, others) => {
    expect(ownershipOf(secret(managers.map((manager) => ({ manager }))))).toEqual({ kind, managers: others, application: undefined });
  });

  it('is not who owns only marks on it', () => {
    const both = secret([{ manager: 'meshwarden' }, { manager: KUBECTL, owns: 'f:metadata' }]);
    expect(ownershipOf(both)).toEqual({ kind: 'meshwarden', managers: [], application: undefined });
  });

  it('is istiod where its own key stands beside the others', () => {
    expect(ownershipOf(secret([{ manager: 'terraform' }], {}, { 'istio-generated': '' })).kind).toBe('istiod');
  });

  it('is told by what a tool left where nothing is managed', () => {
    expect(ownershipOf(secret([], APPLIED)).kind).toBe('kubectl');
    expect(ownershipOf(secret([], { labels: { 'argocd.argoproj.io/instance': 'mesh' } }))).toEqual({
      kind: 'gitops',
      managers: [],
      application: 'argocd:mesh',
    });
  });

  it.each([
    [{ annotations: { 'argocd.argoproj.io/tracking-id': 'mesh:/Secret:istio-system/cacerts' } }, 'argocd:mesh'],
    [{ labels: { 'argocd.argoproj.io/instance': 'mesh' } }, 'argocd:mesh'],
    [
      { labels: { 'kustomize.toolkit.fluxcd.io/name': 'istio', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
      'flux:flux-system/istio',
    ],
    [{ labels: { 'helm.toolkit.fluxcd.io/name': 'istio', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' } }, 'flux:flux-system/istio'],
    [{}, undefined],
  ])('names the application that takes it back: %o', (more, application) => {
    expect(ownershipOf(secret([{ manager: 'meshwarden' }], more)).application).toBe(application);
  });
});

describe('managed fields after a take-over', () => {
  const time = '2026-03-01T00:00:00Z';
  const ours = (fieldsV1: object): object => ({
    manager: 'meshwarden',
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1,
  });
  const data = { 'f:data': { '.': {}, 'f:ca-key.pem': {} } };

  it('are ours, and an entry that owned nothing else is gone', () => {
    expect(takenOver(secret([{ manager: KUBECTL }]).metadata, ['ca-key.pem'], time)).toEqual([ours(data)]);
  });

  it('leave to others what is no data, and keep our own marks', () => {
    const meta = OwnedMeta.parse({
      ...secret([]).metadata,
      creationTimestamp: time,
      managedFields: [
        { manager: KUBECTL, operation: 'Update', fieldsV1: { 'f:data': {}, 'f:type': {} } },
        { manager: 'meshwarden', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:annotations': {} } } },
      ],
    });
    expect(takenOver(meta, ['ca-key.pem'], time)).toEqual([
      { manager: KUBECTL, operation: 'Update', fieldsV1: { 'f:type': {} } },
      ours({ 'f:metadata': { 'f:annotations': {} }, ...data }),
    ]);
  });
});
