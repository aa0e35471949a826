import { NAMESPACES } from '../resources.ts';
import { Named } from './objects.ts';
import { shaped, type Reading } from './reading.ts';

export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export async function readNamespaces(reading: Reading): Promise<readonly NamespaceFacts[]> {
  const items = await reading.client.list(NAMESPACES, { signal: reading.signal });
  return items.map((item) => shaped(Named, item, 'a Namespace', reading).metadata).map(({ name, labels }) => ({ name, labels }));
}

/** The first namespace by name whose pods Istio injects; undefined where there is none. */
export function firstInjected(namespaces: readonly NamespaceFacts[], istioNamespace: string): string | undefined {
  return namespaces
    .filter(
      ({ name, labels }) => name !== istioNamespace && (labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined),
    )
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b))[0];
}
