/** What went wrong with a request over the mesh's edges: the closed lists, and what is said of each. The codes are those of `Cause.code` too. */

export interface RequestWords {
  readonly outcome: 'failing' | 'unknown';
  /** One sentence without its end. */
  readonly says: string;
  readonly hint: string;
}

const TAILNET = 'Look at the link between the clusters first.';

const PROXY_HINT = 'Look at tailscaled on this node.';

const REWRITE = 'Make a new one with istioctl create-remote-secret; with Istio 1.30.0 to 1.30.3 delete the old Secret first.';

/** Of the kubeconfig in a remote secret. */
export const KUBECONFIG_CAUSES = {
  'kubeconfig-refused': {
    outcome: 'failing',
    says: 'nothing listens at the server that the remote secret names',
    hint: 'Is the API server running, and is the address in the remote secret right?',
  },
  'kubeconfig-timeout': { outcome: 'failing', says: 'the server that the remote secret names does not answer', hint: TAILNET },
  'kubeconfig-unreachable': { outcome: 'failing', says: 'there is no way to the server that the remote secret names', hint: TAILNET },
  'kubeconfig-name-unknown': {
    outcome: 'failing',
    says: 'the name of the server in the remote secret cannot be looked up',
    hint: 'Use the tailnet address of the API server in the remote secret.',
  },
  'kubeconfig-proxy': { outcome: 'unknown', says: 'the proxy of Tailscale did not lead to the server', hint: PROXY_HINT },
  'kubeconfig-tls-name': {
    outcome: 'failing',
    says: 'the certificate of the API server does not name the address that the remote secret uses',
    hint: 'Add the address to the certificate (k3s --tls-san, kubeadm certSANs), or set tls-server-name: kubernetes.default.svc in the remote secret.',
  },
  'kubeconfig-ca': {
    outcome: 'failing',
    says: 'the API server is signed by another authority than the remote secret holds',
    hint: REWRITE,
  },
  'kubeconfig-certificate-expired': {
    outcome: 'failing',
    says: 'the certificate of the API server has expired',
    hint: 'Renew it (k3s: restart the server; kubeadm certs renew).',
  },
  'kubeconfig-certificate-not-yet-valid': {
    outcome: 'failing',
    says: 'the certificate of the API server is not valid yet',
    hint: 'Compare the clocks of both clusters.',
  },
  'kubeconfig-no-tls': {
    outcome: 'failing',
    says: 'what answers at the server of the remote secret is no API server',
    hint: 'Check the address and the port in the remote secret.',
  },
  'kubeconfig-token': {
    outcome: 'failing',
    says: 'the API server does not accept the token of the remote secret',
    hint: `The token is expired or revoked. ${REWRITE}`,
  },
  'kubeconfig-rights': {
    outcome: 'failing',
    says: 'the token of the remote secret may not list services',
    hint: 'Look at the ClusterRoleBinding of istio-reader-service-account in the remote cluster.',
  },
  'kubeconfig-server-error': {
    outcome: 'failing',
    says: 'the API server fails to answer what istiod asks',
    hint: 'Look at the API server of the remote cluster.',
  },
  'kubeconfig-no-answer': { outcome: 'failing', says: 'the API server took the connection and gave no answer', hint: TAILNET },
  'kubeconfig-not-probed': { outcome: 'unknown', says: 'the remote secret could not be tried', hint: 'Probe again.' },
} as const satisfies Readonly<Record<string, RequestWords>>;

export type KubeconfigCode = keyof typeof KUBECONFIG_CAUSES;

/** Of a request from outside. */
export const PUBLIC_CAUSES = {
  'public-refused': {
    outcome: 'failing',
    says: 'nothing listens at the public address',
    hint: 'Look at the ingress gateway of the edge cluster and at its public address.',
  },
  'public-timeout': {
    outcome: 'failing',
    says: 'the public address does not answer',
    hint: 'Look at the load balancer or the port forwarding in front of the ingress gateway.',
  },
  'public-unreachable': {
    outcome: 'failing',
    says: 'there is no way to the public address',
    hint: 'Look at the internet access of this machine.',
  },
  'public-name-unknown': {
    outcome: 'failing',
    says: 'the public name cannot be looked up',
    hint: 'Look at the DNS record of the public name.',
  },
  'public-proxy': { outcome: 'unknown', says: 'the proxy did not lead to the public address', hint: PROXY_HINT },
  'public-certificate': {
    outcome: 'failing',
    says: 'the certificate at the public address is not what a browser accepts',
    hint: 'Look at the certificate of the ingress gateway: name, authority, dates.',
  },
  'public-no-tls': {
    outcome: 'failing',
    says: 'the public address does not complete a TLS handshake',
    hint: 'Look at the listener of the ingress gateway for this name.',
  },
  'public-status': {
    outcome: 'failing',
    says: 'the public request is answered with another status than expected',
    hint: 'A 503 comes from the ingress gateway: look at the gateway of the other cluster. A 404 means that no route matches.',
  },
  'public-no-answer': {
    outcome: 'failing',
    says: 'the public request gets no answer',
    hint: 'Look at the gateway of the other cluster and at the service behind it.',
  },
  'public-not-probed': { outcome: 'unknown', says: 'the public request could not be made', hint: 'Probe again.' },
} as const satisfies Readonly<Record<string, RequestWords>>;

export type PublicCode = keyof typeof PUBLIC_CAUSES;
