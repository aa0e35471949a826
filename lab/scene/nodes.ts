import type { KubeObject } from '../kubernetes/object.ts';
import { NODE } from './workloads.ts';

/** The one node that everything runs on. Its tailnet address is not among its addresses, as in most homes. */
export function node(podNetwork: string, kubeletVersion: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux' } },
    spec: { podCIDR: `${podNetwork}.0.0/16` },
    status: {
      addresses: [
        { type: 'InternalIP', address: `192.168.${podNetwork.split('.')[1]}.10` },
        { type: 'Hostname', address: NODE },
      ],
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
      nodeInfo: { kubeletVersion, operatingSystem: 'linux', architecture: 'arm64' },
    },
  };
}
