import { expect, it } from 'vitest';
import { parseStatus } from '../../src/tailnet/local-schema.ts';

it('does not take a peer without a name for the own node', () => {
  const { host, peers } = parseStatus({
    BackendState: 'Running',
    Self: { HostName: '' },
    Peer: { one: { HostName: 'gw-b' }, two: { TailscaleIPs: ['100.64.0.9'] }, three: {} },
  });
  expect([host, ...peers.map((peer) => peer.host)]).toEqual(['this node', 'gw-b', '100.64.0.9', 'a peer without a name']);
});
