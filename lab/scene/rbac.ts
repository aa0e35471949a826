/** The product's own rights: exactly the manifests that an owner applies. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../kubernetes/object.ts';
import type { MeshCluster } from './cluster.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'deploy', 'rbac');

/** The product's user name at every API server of the mesh. */
export const PRODUCT_USER = 'system:serviceaccount:meshwarden:meshwarden';
/** The groups of its service account. */
export const PRODUCT_GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:meshwarden'] as const;

/** The manifests of `deploy/rbac` for a cluster. */
export function productRights({ roles }: Pick<MeshCluster, 'roles'>): KubeObject[] {
  const signs = roles.includes('signer');
  const files = signs ? ['reader.yaml', 'signer.yaml', 'writer.yaml', 'signer-writer.yaml'] : ['reader.yaml', 'writer.yaml'];
  return files.flatMap(manifests);
}

function manifests(file: string): KubeObject[] {
  return parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => document.toJS() as KubeObject);
}
