import type { Trouble } from './alert-texts.ts';

/** By the fault of the lab. Each is the only thing that is wrong. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  'link-cut-cluster-a-cluster-b': {
    mark: 'PAGE',
    is: 'Link cluster-a → cluster-b is down',
    was: 'Link cluster-a → cluster-b was down',
    because: 'gw-b answers no ping at any layer',
    also: ['Hides 1: gateway of cluster-b from cluster-a'],
    after: ['The hidden subject is healthy again.'],
  },
  'link-cut-cluster-b-cluster-a': {
    mark: 'PAGE',
    is: 'Link cluster-b → cluster-a is down',
    was: 'Link cluster-b → cluster-a was down',
    because: 'gw-a answers no ping at any layer',
    also: ['Hides 1: gateway of cluster-a from cluster-b'],
    after: ['The hidden subject is healthy again.'],
  },
  'link-slow-cluster-a-cluster-b': {
    mark: 'TICKET',
    is: 'Link cluster-a → cluster-b is degraded',
    was: 'Link cluster-a → cluster-b was degraded',
    because: 'a round trip to gw-b takes <ms>',
  },
  'link-relayed-cluster-a-cluster-b': {
    mark: 'TICKET',
    is: 'Link cluster-a → cluster-b is degraded',
    was: 'Link cluster-a → cluster-b was degraded',
    because: 'packets to gw-b go through the relay relay, not directly',
  },
  'link-blocked-cluster-a-cluster-b': {
    mark: 'PAGE',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'gw-b answers pings, but connections to it vanish: the policy of the tailnet or a firewall',
  },
  'link-mtu-cluster-a-cluster-b': {
    mark: 'PAGE',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'large packets are lost on the way to the gateway: a small first message is answered, a usual one is not',
  },
  'gateway-not-ready-cluster-b': {
    mark: 'PAGE',
    is: 'No gateway pod of cluster-b is ready',
    was: 'No gateway pod of cluster-b was ready',
    because: '0 of 1 ready',
    also: ['Hides 1: gateway of cluster-b from cluster-a'],
    after: ['The hidden subject is healthy again.'],
  },
  'gateway-plaintext-cluster-b': {
    mark: 'PAGE',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'what answers does not speak TLS',
  },
  'gateway-own-tls-cluster-b': {
    mark: 'PAGE',
    is: 'The gateway of cluster-b does not work from cluster-a',
    was: 'The gateway of cluster-b did not work from cluster-a',
    because: 'a TLS server answers that asks for no certificate and is no sidecar',
  },
  'gateway-foreign-root-cluster-b': {
    mark: 'PAGE',
    is: 'What answers behind the gateway of cluster-b is not trusted in cluster-a',
    was: 'What answers behind the gateway of cluster-b was not trusted in cluster-a',
    because: 'the chain of the workload ends at a root that the calling cluster does not trust',
  },
  'gateway-expired-leaf-cluster-b': {
    mark: 'PAGE',
    is: 'What answers behind the gateway of cluster-b is not trusted in cluster-a',
    was: 'What answers behind the gateway of cluster-b was not trusted in cluster-a',
    because: 'the certificate of the workload has expired',
  },
  'api-stopped-cluster-b': {
    mark: 'PAGE',
    is: 'The API of cluster-b does not answer',
    was: 'The API of cluster-b did not answer',
    because: 'the API server cannot be reached',
  },
};

export const FROZEN: Trouble = {
  mark: 'PAGE',
  is: 'The Tailscale node of cluster-b is down',
  was: 'The Tailscale node of cluster-b was down',
  because: 'tailscaled is frozen: it takes connections and answers none',
  also: [
    'Hides 4: link cluster-a → cluster-b, link cluster-b → cluster-a, gateway of cluster-b from cluster-a, gateway of cluster-a from cluster-b',
  ],
};

export const REMOTE_SECRET: Trouble = {
  mark: 'TICKET',
  is: 'The remote secret for cluster-b in cluster-a does not work',
  was: 'The remote secret for cluster-b in cluster-a did not work',
  because: 'it is said by each test',
};

export const OFFLINE: Trouble = {
  mark: 'PAGE',
  is: 'meshwarden in cluster-a reaches nothing',
  was: 'meshwarden in cluster-a reached nothing',
  because: 'none of 3 API servers and links answers',
};

/** What a fault is to make the channel say. */
export function trouble(fault: string): Trouble {
  const found = TROUBLES[fault];
  if (found === undefined) throw new Error(`It is not written down what ${fault} is to say`);
  return found;
}

/** All of them. */
export const ALL_FAULTS: readonly string[] = Object.keys(TROUBLES);

/** Some of them, for a table of tests. */
export function troubles(...faults: readonly string[]): readonly (readonly [string, Trouble])[] {
  return faults.map((fault) => [fault, trouble(fault)]);
}
