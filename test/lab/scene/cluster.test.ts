import { describe, expect, it } from 'vitest';
import { clustersOf } from '../../../lab/scene/cluster.ts';

describe('lab/scene/cluster', () => {
  it('makes the two clusters of the guide', () => {
    expect(clustersOf(2)).toEqual([
      {
        name: 'cluster-a',
        network: 'network-a',
        roles: ['signer', 'edge'],
        gateway: { address: '100.64.0.10', port: 15_443 },
        podNetwork: '10.1',
      },
      { name: 'cluster-b', network: 'network-b', roles: [], gateway: { address: '100.64.0.20', port: 15_443 }, podNetwork: '10.2' },
    ]);
  });

  it('gives each of 100 clusters a name, a network and addresses of its own', () => {
    const clusters = clustersOf(100);
    const distinct = (of: (cluster: (typeof clusters)[number]) => string): number => new Set(clusters.map(of)).size;

    expect([
      distinct(({ name }) => name),
      distinct(({ network }) => network),
      distinct(({ gateway }) => gateway.address),
      distinct(({ podNetwork }) => podNetwork),
    ]).toEqual([100, 100, 100, 100]);
    expect(clusters.filter(({ roles }) => roles.includes('signer')).map(({ name }) => name)).toEqual(['cluster-001']);
  });
});
