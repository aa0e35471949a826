/** Gives meshwarden the right to have canaries ask each other, as somebody does who applies the manifest. */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../lab/kubernetes/object.ts';
import type { LabMesh } from '../../lab/scene/mesh.ts';

export function allowAskingCanaries({ members }: Pick<LabMesh, 'members'>): void {
  const text = readFileSync(new URL('../../deploy/rbac/canary-asker.yaml', import.meta.url), 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  for (const { api } of members) for (const object of objects) api.store.put(structuredClone(object));
}
