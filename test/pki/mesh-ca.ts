import type { CacertsKey } from '../../src/pki/cacerts.ts';
import { printCertificates } from '../../src/pki/certificate.ts';
import { DAY, issue, type Issued, type IssueOptions, NOW } from './issue.ts';

/** A root and two intermediates of it, as a healthy mesh has them. */
export interface MeshCa {
  readonly root: Issued;
  readonly signing: Issued;
  readonly sibling: Issued;
}

export async function createMeshCa(): Promise<MeshCa> {
  const root = await createRoot('mesh-root-g1');
  const [signing, sibling] = await Promise.all([issue({ name: 'istio-ica-east', by: root }), issue({ name: 'istio-ica-west', by: root })]);
  return { root, signing, sibling };
}

export function createRoot(name: string, options: Partial<IssueOptions> = {}): Promise<Issued> {
  return issue({ name, notBefore: NOW - 30 * DAY, notAfter: NOW + 3650 * DAY, ...options });
}

export function pem(...issued: readonly Issued[]): string {
  return printCertificates(issued.map(({ certificate }) => certificate));
}

/** The data of a healthy `cacerts`, with some keys changed; undefined leaves one out. */
export function cacertsData(
  { root, signing }: Pick<MeshCa, 'root' | 'signing'>,
  changes: Readonly<Record<string, string | undefined>> = {},
): Record<string, Uint8Array> {
  const healthy: Record<CacertsKey, string> = {
    'ca-cert.pem': pem(signing),
    'ca-key.pem': signing.keyPem,
    'cert-chain.pem': pem(signing, root),
    'root-cert.pem': pem(root),
  };
  const entries = Object.entries({ ...healthy, ...changes });
  return Object.fromEntries(entries.flatMap(([key, text]) => (text === undefined ? [] : [[key, Buffer.from(text)]])));
}
