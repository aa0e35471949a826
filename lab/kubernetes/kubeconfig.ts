/** Kubeconfigs for a lab cluster. */
import { stringify } from 'yaml';
import type { Issued } from '../pki/authority.ts';

/** What a kubeconfig is made of. */
export interface KubeconfigParts {
  readonly name: string;
  readonly url: string;
  readonly user: string;
  readonly caPem: string;
  readonly credentials: object;
}

/** A bearer token as a kubeconfig holds it. */
export function bearer(cluster: string, user: string, token: string | undefined): object {
  if (token === undefined) throw new Error(`The lab cluster ${cluster} has no user ${user}: add it with addUser`);
  return { token };
}

/** A client certificate as a kubeconfig holds it. */
export function certified({ certificatePem, keyPem }: Issued): object {
  return {
    'client-certificate-data': Buffer.from(certificatePem).toString('base64'),
    'client-key-data': Buffer.from(keyPem).toString('base64'),
  };
}

/** A kubeconfig with one context, as YAML. */
export function kubeconfigText({ name, url, user, caPem, credentials }: KubeconfigParts): string {
  const authority = Buffer.from(caPem).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: `${name}-${user}`, user: credentials }],
    contexts: [{ name, context: { cluster: name, user: `${name}-${user}` } }],
  });
}
