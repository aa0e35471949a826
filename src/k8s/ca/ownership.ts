import { isDeepStrictEqual } from 'node:util';
import type { Ownership } from '../../rotation/model.ts';
import { FIELD_MANAGER } from '../client.ts';
import { LAST_APPLIED } from './names.ts';
import type { OwnedMeta, WholeSecret } from './wire.ts';

type Kind = Ownership['kind'];

/** Field managers by the tool behind them: Argo CD, Flux, kubectl, istiod (istio: `pilot-discovery`). */
const MANAGERS: readonly (readonly [Kind, RegExp])[] = [
  ['gitops', /^(?:argocd|argo-cd|kustomize-controller$|helm-controller$|flux)/],
  ['istiod', /^pilot-discovery$/],
  ['kubectl', /^kubectl/],
];

/** istiod puts it beside the keys of a CA that it made for itself. */
const SELF_MADE = 'istio-generated';

/** Who writes the data of a Secret: its managed fields tell; where there are none, what tools leave beside it. */
export function ownershipOf({ metadata, data }: Pick<WholeSecret, 'metadata' | 'data'>): Ownership {
  const owners = metadata.managedFields.filter((entry) => ownsData(entry.fieldsV1)).map(({ manager }) => manager);
  const managers = [...new Set(owners)].filter((name) => name !== FIELD_MANAGER).sort();
  const application = applicationOf(metadata);
  if (managers.length === 0 && owners.length > 0) return { kind: 'meshwarden', managers, application };
  return { kind: kindOf(managers, data) ?? (owners.length > 0 ? 'other' : traces(metadata, application)), managers, application };
}

function ownsData(fields: Readonly<Record<string, unknown>>): boolean {
  return 'f:data' in fields || 'f:stringData' in fields;
}

function kindOf(managers: readonly string[], data: WholeSecret['data']): Kind | undefined {
  const kinds = new Set(managers.map((name) => MANAGERS.find(([, pattern]) => pattern.test(name))?.[0]));
  if (SELF_MADE in data) kinds.add('istiod');
  return MANAGERS.map(([kind]) => kind).find((kind) => kinds.has(kind));
}

function traces({ annotations }: OwnedMeta, application: string | undefined): Kind {
  if (application !== undefined) return 'gitops';
  return LAST_APPLIED in annotations ? 'kubectl' : 'other';
}

/** `argocd:<application>` or `flux:<namespace>/<name>`. */
function applicationOf({ annotations, labels }: OwnedMeta): string | undefined {
  const tracked = annotations['argocd.argoproj.io/tracking-id'];
  if (tracked !== undefined) return `argocd:${tracked.split(':')[0] ?? ''}`;
  const instance = labels['argocd.argoproj.io/instance'];
  if (instance !== undefined) return `argocd:${instance}`;
  for (const tool of ['kustomize', 'helm']) {
    const name = labels[`${tool}.toolkit.fluxcd.io/name`];
    if (name !== undefined) return `flux:${labels[`${tool}.toolkit.fluxcd.io/namespace`] ?? ''}/${name}`;
  }
  return undefined;
}

/**
 * Managed fields that give all data to us and leave the rest as it was: what a write that takes over sends with the object. An entry that owned nothing but data
 * goes.
 */
export function takenOver(metadata: OwnedMeta, keys: readonly string[], time: string): readonly object[] {
  const others = metadata.managedFields.flatMap((entry) => {
    const { 'f:data': _, 'f:stringData': __, ...rest } = entry.fieldsV1;
    return Object.keys(rest).length === 0 ? [] : [{ ...entry, fieldsV1: rest }];
  });
  const mine = others.find((entry) => entry.manager === FIELD_MANAGER && entry.operation === 'Update' && entry.subresource === undefined);
  const data = { 'f:data': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) } };
  const ours = {
    manager: FIELD_MANAGER,
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: { ...mine?.fieldsV1, ...data },
  };
  return [...others.filter((entry) => !isDeepStrictEqual(entry, mine)), ours];
}
