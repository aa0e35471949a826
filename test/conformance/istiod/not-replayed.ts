/** Recorded steps of istiod that are not replayed against the double, each with the reason. Everything else is, and must conform. */
import type { IstiodRecording } from './recording.ts';

interface Listed {
  readonly recording: IstiodRecording;
  /** Places in the file from 0; all: the whole file. */
  readonly at: readonly number[] | 'all';
  readonly reason: string;
}

const REMOTE = 'the double lists the remote secrets that are there; it opens no connection to another cluster';

/** The list; the run fails when an entry names no step. The files of istioctl hold no steps: it is another program, which the lab has no double of. */
export const NOT_REPLAYED: readonly Listed[] = [
  { recording: 'remote-clusters', at: 'all', reason: REMOTE },
  { recording: 'remote-secret-update', at: 'all', reason: REMOTE },
  { recording: 'networks', at: 'all', reason: 'the double knows no Services, networks or endpoints' },
  {
    recording: 'broken-cacerts-hot-reload',
    at: [42, 43],
    reason: 'a kubelet keeps the old files of a Secret that is gone: an emptied volume does not happen',
  },
  { recording: 'hot-reload-intermediate', at: [0, 10], reason: 'configuration streams (ADS) are not served' },
  { recording: 'hot-reload-intermediate', at: [6], reason: 'a kubelet does not write equal files again' },
  { recording: 'hot-reload-intermediate', at: [11], reason: 'plain files outside of a kubelet volume' },
  { recording: 'start-self-signed', at: [5], reason: 'USE_CACERTS_FOR_SELF_SIGNED_CA is not among the flags of the double' },
  {
    recording: 'roots-mesh-config-and-replicas',
    at: [0, 1],
    reason: 'meshConfig.caCertificates reach only the push to proxies, which is not served',
  },
  { recording: 'roots-mesh-config-and-replicas', at: [6], reason: 'pods of the lab are asked to end; none is killed' },
  { recording: 'signing-1.28', at: [24], reason: 'the port without TLS is not offered' },
  { recording: 'signing-1.30', at: [24], reason: 'the port without TLS is not offered' },
  { recording: 'start-with-cacerts', at: [10], reason: 'the locks of controllers that the double does not have' },
  { recording: 'start-with-cacerts', at: [11], reason: 'the end of controllers that the double does not have' },
];

/** The steps of recordings that are replayed as one story, by the places that the story goes through. */
export const TOLD: Readonly<Partial<Record<IstiodRecording, readonly number[]>>> = {
  'hot-reload-intermediate': [1, 2, 3, 4, 5, 7, 8, 9],
  'root-change-client-certificates': [0, 1, 2, 3, 4],
  'roots-mesh-config-and-replicas': [2, 3, 4, 5],
  'start-self-signed': [0, 1, 2, 3, 4, 6],
  'start-with-cacerts': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
};

/** Why a step is not replayed, or undefined when it is. */
export function reasonFor(recording: IstiodRecording, place: number): string | undefined {
  return NOT_REPLAYED.find((one) => one.recording === recording && (one.at === 'all' || one.at.includes(place)))?.reason;
}
