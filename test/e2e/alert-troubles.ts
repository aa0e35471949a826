import type { Trouble } from './alert-texts.ts';

/** By the fault of the lab. Each is the only thing that is wrong. */
export const TROUBLES: Readonly<Record<string, Trouble>> = {
  'link-cut-cluster-a-cluster-b': {
    mark: 'PAGE',
    rule: 'link-down',
    is: 'Link cluster-a → cluster-b is down',
    was: 'Link cluster-a → cluster-b was down',
    because: 'gw-b answers no ping at any layer',
    body: [
      'Tailscale on gw-a says it is running',
      'disco ping: no reply to 2 tries',
      'since <time> · cluster-b → cluster-a: <ms>, direct',
      'Hides 1: gateway of cluster-b from cluster-a',
      'Next: Either the way is cut or gw-b is frozen: look at gw-b itself, and whether anybody else reaches it.',
      '`tailscale ping --c 3 100.64.0.20`',
    ],
    after: ['The hidden subject is healthy again.'],
  },
  'link-cut-cluster-b-cluster-a': {
    mark: 'PAGE',
    rule: 'link-down',
    is: 'Link cluster-b → cluster-a is down',
    was: 'Link cluster-b → cluster-a was down',
    because: 'gw-a answers no ping at any layer',
    body: [
      'Tailscale on gw-b says it is running',
      'disco ping: no reply to 2 tries',
      'since <time> · cluster-a → cluster-b: <ms>, direct',
      'Hides 1: gateway of cluster-a from cluster-b',
      'Next: Either the way is cut or gw-a is frozen: look at gw-a itself, and whether anybody else reaches it.',
      '`tailscale ping --c 3 100.64.0.10`',
    ],
    after: ['The hidden subject is healthy again.'],
  },
  'link-slow-cluster-a-cluster-b': {
    mark: 'TICKET',
    rule: 'link-degraded',
    is: 'Link cluster-a → cluster-b is degraded',
    was: 'Link cluster-a → cluster-b was degraded',
    because: 'a round trip to gw-b takes <ms>',
    body: [
      'more than <ms> counts as slow (probes.slowAfter)',
      'disco ping: answered in <ms>, direct',
      'since <time> · cluster-b → cluster-a: <ms>, direct',
      'Next: Look whether the path is direct, and whether a line on the way is full.',
      '`tailscale ping --c 5 100.64.0.20`',
    ],
  },
  'link-relayed-cluster-a-cluster-b': {
    mark: 'TICKET',
    rule: 'link-degraded',
    is: 'Link cluster-a → cluster-b is degraded',
    was: 'Link cluster-a → cluster-b was degraded',
    because: 'packets to gw-b go through the relay relay, not directly',
    body: [
      'disco ping: answered in <ms>, through relay relay',
      'TSMP ping: answered in <ms>',
      'since <time> · cluster-b → cluster-a: <ms>, direct',
      'Next: UDP does not pass between the two: open a port, or look at NAT and firewalls at both ends.',
      '`tailscale ping --c 10 100.64.0.20`',
    ],
  },
  'link-blocked-cluster-a-cluster-b': {
    mark: 'PAGE',
    rule: 'gateway-down',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'gw-b answers pings, but connections to it vanish: the policy of the tailnet or a firewall',
    body: [
      'ICMP passes, so a rule from here to there exists, but not for this port; or the firewall of the host drops it',
      'disco ping: answered in <ms>, direct',
      'since <time> · link cluster-a → cluster-b: <ms>, direct',
      'Next: Look whether the policy of the tailnet allows the port from here to gw-b, then at the firewall of its machine.',
      '`tailscale ping --tsmp 100.64.0.20`',
    ],
  },
  'link-mtu-cluster-a-cluster-b': {
    mark: 'PAGE',
    rule: 'gateway-down',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'large packets are lost on the way to the gateway: a small first message is answered, a usual one is not',
    body: [
      'no end of the handshake <ms> after connecting, 0 bytes received',
      'a name that cannot exist: the gateway took the connection and nobody answered the handshake',
      'since <time> · link cluster-a → cluster-b: <ms>, direct',
      'Next: Clamp the MSS on the node that forwards to the gateway, or lower the MTU of the pod network.',
      '`nc -X 5 -x <here> -vz -w 3 100.64.0.20 15443`',
    ],
  },
  'gateway-not-ready-cluster-b': {
    mark: 'PAGE',
    rule: 'gateway-pods',
    is: 'No gateway pod of cluster-b is ready',
    was: 'No gateway pod of cluster-b was ready',
    because: 'no gateway pod is ready: 0 of 1',
    body: [
      'since <time> · measured from cluster-a',
      'Hides 1: gateway of cluster-b from cluster-a',
      'Next: Look at why its pods do not become ready.',
      '`kubectl --context cluster-b -n istio-system describe pod -l istio=eastwestgateway`',
    ],
    after: ['The hidden subject is healthy again.'],
  },
  'gateway-plaintext-cluster-b': {
    mark: 'PAGE',
    rule: 'gateway-down',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'what answers does not speak TLS',
    body: [
      'ERR\\_SSL\\_WRONG\\_VERSION\\_NUMBER <ms> after connecting',
      'a name that cannot exist: what answers does not speak TLS',
      'since <time> · link cluster-a → cluster-b: <ms>, direct',
      'Next: Check the port of the gateway, and that the canary is injected.',
      '`nc -X 5 -x <here> -vz -w 3 100.64.0.20 15443`',
    ],
  },
  'gateway-own-tls-cluster-b': {
    mark: 'PAGE',
    rule: 'gateway-down',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'a TLS server answers that asks for no certificate and is no sidecar',
    body: [
      'the handshake took <ms> and no alert followed',
      'certificate of CN=web.example, no SPIFFE identity',
      'since <time> · link cluster-a → cluster-b: <ms>, direct',
      'Next: Check that address and port of the gateway in the configuration lead to the TLS port of the east-west gateway.',
      '`nc -X 5 -x <here> -vz -w 3 100.64.0.20 15443`',
    ],
  },
  'gateway-foreign-root-cluster-b': {
    mark: 'PAGE',
    rule: 'gateway-trust',
    is: 'What answers behind the gateway of cluster-b is not trusted in cluster-a',
    was: 'What answers behind the gateway of cluster-b was not trusted in cluster-a',
    because: 'the chain of the workload ends at a root that the calling cluster does not trust',
    body: [
      'CN=another-root-ca is self-signed and not among the roots.',
      '1. spiffe://cluster.local/ns/mesh-canary/sa/mesh-canary, valid until <date>',
      'since <time> · link cluster-a → cluster-b: <ms>, direct',
      'Next: Compare the root certificates of both clusters.',
      '`nc -X 5 -x <here> -vz -w 3 100.64.0.20 15443`',
    ],
  },
  'gateway-expired-leaf-cluster-b': {
    mark: 'PAGE',
    rule: 'gateway-trust',
    is: 'What answers behind the gateway of cluster-b is not trusted in cluster-a',
    was: 'What answers behind the gateway of cluster-b was not trusted in cluster-a',
    because: 'the certificate of the workload has expired',
    body: [
      '(no name) expired at <date>.',
      '1. spiffe://cluster.local/ns/mesh-canary/sa/mesh-canary, valid until <date>',
      'since <time> · link cluster-a → cluster-b: <ms>, direct',
      'Next: Restart the workload; if the new one is expired too, look at the istiod that signs it.',
      '`nc -X 5 -x <here> -vz -w 3 100.64.0.20 15443`',
    ],
  },
  'api-stopped-cluster-b': {
    mark: 'PAGE',
    rule: 'api-down',
    is: 'The API of cluster-b does not answer',
    was: 'The API of cluster-b did not answer',
    because: 'the API server cannot be reached',
    body: [
      'Cannot get /version (cluster cluster-b): connection refused',
      'since <time> · measured from cluster-a',
      'Next: Is the API server of this machine up? If another one is meant, put its address into the kubeconfig: k3s writes 127.0.0.1 there.',
      '`kubectl --context cluster-b get --raw /readyz?verbose`',
    ],
  },
};

export const FROZEN: Trouble = {
  mark: 'PAGE',
  rule: 'tailnet-node',
  is: 'The Tailscale node of cluster-b is down',
  was: 'The Tailscale node of cluster-b was down',
  because: 'tailscaled is frozen: it takes connections and answers none',
  body: [
    'tailscaled: no answer within <ms>',
    'since <time>',
    'Hides 4: link cluster-a → cluster-b, link cluster-b → cluster-a, gateway of cluster-b from cluster-a, gateway of cluster-a from cluster-b',
    'Next: Look at memory and disk of its machine before restarting it; a restart without a control server cuts the link.',
    '`systemctl status tailscaled`',
  ],
  after: ['4 hidden subjects are healthy again.'],
};

/** Some of them, for a table of tests. */
export function troubles(...faults: readonly string[]): readonly (readonly [string, Trouble])[] {
  return faults.map((fault) => {
    const trouble = TROUBLES[fault];
    if (trouble === undefined) throw new Error(`It is not written down what ${fault} is to say`);
    return [fault, trouble];
  });
}
