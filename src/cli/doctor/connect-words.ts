import type { ConnectFailureKind } from '../../mesh/probing/gateway-observation.ts';

/** Why there was no connection, after a colon. */
export const CONNECT_WORDS: Readonly<Record<ConnectFailureKind, string>> = {
  refused: 'nothing listens there',
  timeout: 'it does not answer',
  unreachable: 'there is no way to it',
  'name-unknown': 'its name cannot be looked up',
  'proxy-away': 'the proxy itself does not answer',
  'proxy-refused': 'the proxy could not connect',
  local: 'this machine did not even try',
  cancelled: 'the trial was cancelled',
};
