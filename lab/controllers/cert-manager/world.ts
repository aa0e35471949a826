import type { KubeObject } from '../../kubernetes/object.ts';
import type { ObjectStore } from '../../kubernetes/objects.ts';
import { statusPatch } from './conditions.ts';
import type { Tell } from './events.ts';
import type { Mirror } from './mirror.ts';

/** How the controller is set up, as its flags and the people around it do. */
export interface Settings {
  /** Whether it approves requests by itself. */
  readonly approver: boolean;
  /** The back-off after the first failure, in milliseconds; it doubles up to 32 hours. */
  readonly minimumBackoffMs: number;
  /** Where ClusterIssuers find their Secrets. */
  readonly resourceNamespace: string;
}

/** What is to happen to requests, beside what would. */
export interface Knobs {
  /** Requests are not signed, until released or, with a time, until they are this old in milliseconds. */
  slow: { readonly forMs: number | undefined } | undefined;
  deny: { readonly reason: string; readonly message: string }[];
  fail: string[];
}

/** What every part of the controller works with. */
export interface World extends Settings {
  readonly store: ObjectStore;
  readonly mirror: Mirror;
  readonly knobs: Knobs;
  readonly tell: Tell;
  now(): number;
  /** Looks at an object again when its time has come. */
  wake(object: KubeObject, at: number): void;
}

/** Writes a status where it differs. */
export function writeStatus({ store }: World, object: KubeObject, status: Record<string, unknown>, manager: string): void {
  const patch = statusPatch(object, status);
  if (patch === undefined) return;
  const { namespace = '', name = '' } = object.metadata;
  store.patch(object.kind ?? '', namespace, name, patch, { manager: `cert-manager-${manager}`, subresource: 'status' });
}
