import type { Backup, CacertsObject } from '../../rotation/model.ts';
import { inspectCacerts } from '../../pki/cacerts.ts';
import type { Reading } from '../readers/reading.ts';
import { shaped } from '../readers/reading.ts';
import { SECRETS } from '../resources.ts';
import { BACKUP_KIND, BACKUP_MARKS, CACERTS, KIND_LABEL, LAST_APPLIED } from './names.ts';
import { ownershipOf } from './ownership.ts';
import { recordOf } from './record.ts';
import { bytesOf, contentIdOf, readSecret, WholeSecret } from './wire.ts';

/** The Secret `cacerts` of a cluster, its key reduced at once; null where there is none. */
export async function readCacertsObject({ client, signal }: Reading, namespace: string): Promise<CacertsObject | null> {
  const secret = await readSecret(client, { namespace, name: CACERTS }, signal);
  return secret === undefined ? null : cacertsObject(secret);
}

function cacertsObject(secret: WholeSecret): CacertsObject {
  const { metadata, immutable } = secret;
  const data = bytesOf(secret);
  return {
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    createdAt: metadata.creationTimestamp,
    immutable,
    facts: inspectCacerts(data),
    contentId: contentIdOf(data),
    ownership: ownershipOf(secret),
    record: recordOf(metadata.annotations),
    keyInAnnotation: (metadata.annotations[LAST_APPLIED] ?? '').includes('ca-key.pem'),
  };
}

/** The copies of `cacerts` that are kept in a cluster, the newest first. */
export async function readBackups(reading: Reading, namespace: string): Promise<readonly Backup[]> {
  const { client, signal } = reading;
  const items = await client.list(SECRETS, { namespace, labelSelector: `${KIND_LABEL}=${BACKUP_KIND}`, signal });
  return items.map((item) => backup(shaped(WholeSecret, item, 'a backup of cacerts', reading))).toSorted((a, b) => b.takenAt - a.takenAt);
}

function backup(secret: WholeSecret): Backup {
  const { name, uid, resourceVersion, annotations, creationTimestamp } = secret.metadata;
  const data = bytesOf(secret);
  const archivedAt = Date.parse(annotations[BACKUP_MARKS.archivedAt] ?? '');
  const takenAt = Date.parse(annotations[BACKUP_MARKS.takenAt] ?? '');
  return {
    name,
    uid,
    resourceVersion,
    // Counted and not believed: whoever restores must know what is there.
    contentId: contentIdOf(data),
    facts: inspectCacerts(data),
    takenAt: Number.isNaN(takenAt) ? creationTimestamp : takenAt,
    takenFor: annotations[BACKUP_MARKS.takenFor] ?? '',
    archivedAt: Number.isNaN(archivedAt) ? undefined : archivedAt,
  };
}
