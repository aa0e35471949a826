/** Recorded exchanges that are not replayed against the double, each with the reason. Everything else is, and must conform. */

interface Listed {
  readonly file: string;
  /** Places in the file, from 0. */
  readonly at: readonly number[];
  readonly reason: string;
}

const UNREAD = 'the product does not ask for this';
const ROOT = 'the double sees every caller as one that is neither root nor the operator, as the product is';

export const NOT_REPLAYED: readonly Listed[] = [
  {
    file: 'key-expiry',
    at: [3],
    reason: 'an expired node stays in the map of the relay for a while, and its message about that comes and goes',
  },
  { file: 'key-expiry', at: [4], reason: 'the home relay of a peer is forgotten some time after its key ended' },
  { file: 'key-expiry', at: [6], reason: 'a node that the control server has just ended still has its peerapi' },
  { file: 'reads', at: Array.from({ length: 23 }, (_, place) => place + 2), reason: UNREAD },
  { file: 'requests', at: [28, 29, 32, 43, 44, 46, 47, 55, 57, 58, 59], reason: UNREAD },
  { file: 'requests', at: [31], reason: ROOT },
  { file: 'states', at: [1, 5, 6], reason: 'a node that was never in the tailnet: those of the lab have been' },
  { file: 'states', at: [2, 4, 13], reason: UNREAD },
  { file: 'states', at: [7], reason: 'the first second of a node, before it has heard of its peers' },
];

/** Why an exchange is not replayed, or undefined when it is. */
export function reasonFor(file: string, place: number): string | undefined {
  return NOT_REPLAYED.find((listed) => listed.file === file && listed.at.includes(place))?.reason;
}
