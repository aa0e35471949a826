/** What only several probes of a gateway, or a look into the destination cluster, can tell: the closed list, and what is said of each. */
import type { ResetCode } from './gateway-evidence.ts';
import { TLS_VERDICTS, type TlsCode, type VerdictWords } from './gateway-verdicts.ts';

/** How a path ends: that of its main probe, or what only several probes, or a look into the destination cluster, can tell. */
export type PathCode = TlsCode | ResetCode | 'mtu-hole' | 'answered-second' | 'endpoint-silent' | 'gateway-silent' | 'answers-any-name';

const LOOK_AT_ENDPOINTS = 'Look at the pods and the endpoints of the canary in the destination cluster.';

export const PATH_VERDICTS = {
  'no-filter-chain': {
    path: 'failing',
    says: 'the gateway does not know the service',
    may: ['it is not exported', 'the cross-network Gateway is missing', 'the istiod of that cluster does not know it'],
    hint: 'Look at the cross-network Gateway and at the Service of the canary in the destination cluster.',
  },
  'no-healthy-endpoint': {
    path: 'failing',
    says: 'the gateway has no healthy endpoint for the service',
    may: ['no pod of the canary is ready'],
    hint: LOOK_AT_ENDPOINTS,
  },
  'endpoint-refuses': {
    path: 'failing',
    says: 'the gateway cannot connect to the endpoint of the service',
    may: ['the sidecar is gone or has no certificate yet', 'its port is closed', 'a network policy refuses'],
    hint: LOOK_AT_ENDPOINTS,
  },
  'mtu-hole': {
    path: 'failing',
    says: 'large packets are lost on the way to the gateway: a small first message is answered, a usual one is not',
    may: ['the MTU of tailscale0 (1280) is not respected on the way: no MSS clamping for forwarded traffic'],
    hint: 'Clamp the MSS on the node that forwards to the gateway, or lower the MTU of the pod network.',
  },
  'answered-second': {
    path: 'degraded',
    says: 'a first try got no answer and a second one did',
    may: ['packets are lost on the link', 'answers of the destination are large and are lost (MTU on the way back)'],
    hint: 'Look at the loss on the link.',
  },
  'endpoint-silent': {
    path: 'failing',
    says: 'the gateway answers, and what stands behind it says nothing',
    may: [
      'the pod or its sidecar is frozen',
      'the gateway still waits for an endpoint that does not answer',
      'large answers are lost on the way back (MTU)',
    ],
    hint: LOOK_AT_ENDPOINTS,
  },
  'gateway-silent': {
    path: 'failing',
    says: 'the gateway takes connections and answers nobody',
    may: ['the gateway is frozen', 'packets with data are lost on the way'],
    hint: 'Look at the pods of the east-west gateway; if they are well, check the MTU of the way.',
  },
  'answers-any-name': {
    path: 'failing',
    says: 'what answers would do so for any name: it is no east-west gateway',
    may: ['the address leads straight to a sidecar or to another server'],
    hint: 'Check that address and port of the gateway in the configuration lead to the TLS port of the east-west gateway.',
  },
} as const satisfies Readonly<Record<Exclude<PathCode, TlsCode>, VerdictWords>>;

/** The words of a code, of one probe or of several. */
export function wordsOf(code: PathCode): VerdictWords {
  return code in PATH_VERDICTS ? PATH_VERDICTS[code as keyof typeof PATH_VERDICTS] : TLS_VERDICTS[code as TlsCode];
}
