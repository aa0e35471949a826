/** Recorded exchanges that are not replayed against the double, each with the reason. Everything else is, and must conform. */
import type { RecordingName } from './kubernetes/recording.ts';

interface Listed {
  readonly file: RecordingName;
  /** Places in the file, from 0. */
  readonly at: readonly number[];
  readonly reason: string;
}

/** All places from one to another. */
function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const TABLE = 'a Table is what kubectl asks for, not the product';
const SCALE = 'the product does not scale';
const CONTROLLERS = 'shows the work of controllers, which are not part of the API server double';
const STARTING = 'a server process that is starting: the double is up at once or not at all';
const EXEC = 'the product does not run commands in pods';
const KUBELET =
  'needs a kubelet that is absent or refuses; where the lab has a listener the double reaches it, else says so on the channel';

/** The list; the run fails when an entry does not exist or an exchange is in neither. */
export const NOT_REPLAYED: readonly Listed[] = [
  { file: 'crd', at: [2], reason: 'the life of a definition includes its removal, which the product never asks for' },
  { file: 'crd', at: [12], reason: 'rules in CEL are not evaluated' },
  { file: 'crd', at: [15], reason: 'the refusal of a wrong version also warns of fields that a later step would have pruned' },
  { file: 'crd', at: [33], reason: TABLE },
  { file: 'crd', at: span(34, 38), reason: 'the product never removes a definition' },
  { file: 'crud', at: [24], reason: 'the warning about a TLS Secret without PEM comes from a check of its content' },
  { file: 'crud', at: [50], reason: 'the product asks for JSON only' },
  { file: 'delete', at: [35, 42], reason: 'the namespace controller explains by conditions what holds a namespace; the double only waits' },
  { file: 'delete', at: [40], reason: 'the namespace controller took a moment to delete the content; the double does it at once' },
  { file: 'deployment-rollout', at: [0, 1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 14, 15, 16, 17], reason: CONTROLLERS },
  { file: 'discovery', at: [9, 10, 11], reason: 'aggregated discovery is what kubectl asks for, not the product' },
  { file: 'discovery', at: [23, 24], reason: 'the names of the checks inside a health answer; the product reads the short form' },
  { file: 'discovery', at: [27, 29, 30], reason: 'paths that the product does not read' },
  { file: 'endpointslices', at: [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], reason: CONTROLLERS },
  { file: 'endpointslices', at: [17], reason: 'the recorded answer is trimmed to a note' },
  { file: 'list', at: [32, 33, 34], reason: TABLE },
  { file: 'patches', at: [30], reason: SCALE },
  { file: 'patches', at: [31], reason: 'shows who owns what after the scaling before it' },
  { file: 'pods', at: [0, 1, 2, 15, 39], reason: 'the product neither creates pods nor writes their status or that of nodes' },
  { file: 'pods', at: [7, 8, 30, 31, 44, 45], reason: EXEC },
  { file: 'pods', at: [25, 63, 64, 65, 66], reason: 'the product neither binds nor evicts pods' },
  { file: 'pods', at: [27, 29, 32, 33, 34, 35, 38, 41, 43, 47, 48, 49], reason: KUBELET },
  { file: 'pods', at: span(53, 57), reason: 'the product reaches pods, not Services, through the proxy' },
  { file: 'server-side-apply', at: [42], reason: SCALE },
  { file: 'server-side-apply', at: [43], reason: 'shows who owns what after the scaling before it' },
  { file: 'serviceaccount', at: [8], reason: 'a controller fills token Secrets' },
  { file: 'serviceaccount', at: [12, 13, 14, 15, 16, 32], reason: 'the product does not review tokens of others' },
  { file: 'serviceaccount', at: [28], reason: 'the product asks for single rights, not for lists of them' },

  { file: 'starting-and-overload', at: [...span(7, 9), 12, ...span(15, 17), 19, ...span(28, 30), ...span(34, 41), 43], reason: STARTING },
  { file: 'starting-and-overload', at: [10, 11, 13, 32], reason: 'objects and versions of a cluster in its first second' },
  {
    file: 'starting-and-overload',
    at: [...span(54, 57), 68],
    reason: 'the names of the checks inside a health answer; the product reads the short form',
  },
  {
    file: 'starting-and-overload',
    at: [65, 66, 70],
    reason: 'the ways in which an etcd that hangs fails a write; those of one that is gone are replayed',
  },
  { file: 'starting-and-overload', at: [69], reason: 'the product sends no ?timeout=' },
  { file: 'starting-and-overload', at: [75], reason: 'the recorded answer is trimmed to a note' },
  { file: 'watch', at: [6], reason: TABLE },
  { file: 'watch', at: [7, 29], reason: 'the old /watch/ paths' },
];

/** Why an exchange is not replayed, or undefined when it is. */
export function reasonFor(file: RecordingName, { index }: { readonly index: number }): string | undefined {
  return NOT_REPLAYED.find((listed) => listed.file === file && listed.at.includes(index))?.reason;
}
