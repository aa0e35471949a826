/** What the placeholders of instants stand for, where it matters: ends of node keys. */
import { DAY, SECOND } from '../../src/core/duration.ts';
import { NOW, type Times } from './recordings.ts';

/** Far enough for nobody to be told of. */
const FAR = NOW + 150 * DAY;

/** By file. In `key-expiry` the clock of a timeline starts at {@link NOW}: gw-a ends 92 s after it, gw-b was ended 154 s after it. */
export const INSTANTS: Readonly<Record<string, Times>> = {
  cli: {},
  'control-frozen': { 2: FAR },
  'control-stopped': { 2: FAR },
  'derp-lost-direct': { 2: FAR },
  'derp-relayed': { 2: FAR },
  'key-expiry': { 2: FAR, 3: NOW + 92 * SECOND, 5: FAR, 6: NOW + 154 * SECOND },
  'peer-down': { 2: FAR },
  'peer-frozen': { 2: FAR },
  'peer-online-lag': {},
  ping: {},
  policy: { 2: FAR },
  reads: { 2: FAR },
  requests: {},
  states: { 2: FAR, 7: NOW - 60 * SECOND },
};

/** When an exchange happened, where it does not stand at the start of the file: seconds after {@link NOW}. */
export const MOMENTS: Readonly<Record<string, number>> = {
  'key expires in 87 s': 5,
  'the other node: peer key expires in 87 s': 5,
  'key expired': 120,
  'the other node: peer key expired': 120,
  'after re-authentication': 130,
  'the tagged node expired by the control server': 199,
  'the other node meanwhile': 199,
};
