import type { Subject } from './finding.ts';

/** The mesh as a whole. */
export const MESH_SUBJECT: Subject = { kind: 'mesh', name: 'mesh' };

export function clusterSubject(name: string): Subject {
  return { kind: 'cluster', name };
}

/** An object of a cluster; `name` is `namespace/name`, or `name` alone where it lies in no namespace. */
export function objectSubject(cluster: string, name: string): Subject {
  return { kind: 'object', name, cluster };
}

/** The directed link from one cluster to another, as the first one sees it. */
export function linkSubject(from: string, to: string): Subject {
  return { kind: 'link', name: `${from}→${to}`, cluster: from };
}
