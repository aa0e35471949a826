/** How the lab is brought into the state of a recorded case; a case without an entry was recorded with everything healthy. */
import type { GatewayKnobs } from '../../../lab/gateways/gateway-port.ts';
import type { RelayRules } from './relay.ts';
import type { CaseFile } from './recording.ts';

export interface Scene {
  readonly knobs?: Partial<GatewayKnobs>;
  /** Nothing is behind the Service. */
  readonly withoutEndpoints?: true;
  /** Nothing listens. */
  readonly away?: true;
  readonly relay?: RelayRules;
  /** At another port than the gateway's. */
  readonly at?: 'readiness';
}

type Scenes = readonly (readonly [RegExp, Scene])[];

const LOST: RelayRules = { serverBytes: 0 };

const SCENES: Readonly<Partial<Record<CaseFile, Scenes>>> = {
  destination: [
    [/has no endpoints/, { withoutEndpoints: true }],
    [/port closed|sidecar process gone/, { knobs: { behind: 'refused' } }],
    [/closes at once \(FIN\)/, { knobs: { behind: 'closes' } }],
    [/resets at once/, { knobs: { behind: 'resets' } }],
    [/plain HTTP/, { knobs: { behind: 'plaintext' } }],
    [/terminates TLS itself/, { knobs: { behind: 'ownTls' } }],
    [/ARP fails/, { knobs: { behind: 'unreachable' } }],
    [/SYNs to the destination vanish/, { knobs: { behind: 'vanished' } }],
    [/never answers|sidecar process frozen/, { knobs: { behind: 'silent' } }],
  ],
  'gateway-down': [
    [/nothing listens|process gone/, { away: true }],
    [/plain HTTP server/, { knobs: { mode: 'plaintext' } }],
    [/status port 15021/, { at: 'readiness' }],
    [/no ALPN support/, { knobs: { mode: 'ownTls' } }],
    [/process frozen/, { knobs: { mode: 'frozen' } }],
  ],
  certificates: [
    [/^expired leaf/, { knobs: { chain: 'expired' } }],
    [/^leaf not yet valid/, { knobs: { chain: 'notYetValid' } }],
    [/^expired intermediate/, { knobs: { chain: 'expiredIntermediate' } }],
    [/^chain without the root/, { knobs: { chain: 'withoutRoot' } }],
    [/^leaf only/, { knobs: { chain: 'leafOnly' } }],
    [/^other mesh without the root/, { knobs: { chain: 'foreignWithoutRoot' } }],
    [/^other mesh/, { knobs: { chain: 'foreign' } }],
    [/^mispaired chain/, { knobs: { chain: 'foreignRootAppended' } }],
    [/does not match its certificate|not received its certificate/, { knobs: { chain: 'none' } }],
  ],
  middlebox: [
    [/^server flight never arrives/, { relay: LOST }],
    [/^server flight cut after 100 bytes/, { relay: { serverBytes: 100 } }],
    [/^server flight cut after 1300 bytes/, { relay: { serverBytes: 700 } }],
    [/^server flight passes/, { relay: { untilAnswered: true } }],
    [/^ClientHello lost/, { relay: { clientBytes: 0 } }],
    [/^ClientHello cut after 200 bytes/, { relay: { clientBytes: 200 } }],
    [/^ClientHello passes/, { relay: { clientFirstOnly: true } }],
    [/^reset before/, { relay: { serverBytes: 0, then: 'reset' } }],
    [/^reset inside/, { relay: { serverBytes: 100, then: 'reset' } }],
    [/^FIN inside/, { relay: { serverBytes: 100, then: 'fin' } }],
    [/^FIN before/, { relay: { serverBytes: 0, then: 'fin' } }],
    [/two parts, 1228/, { relay: { splitAt: 1228 } }],
    [/two parts, 1448/, { relay: { splitAt: 1448 } }],
    [/two parts, 100 /, { relay: { splitAt: 100 } }],
    [/^second part|^same relay/, { relay: { clientBytes: 1228 } }],
  ],
};

/** The state in which a case was recorded. */
export function sceneOf(file: CaseFile, name: string): Scene {
  return SCENES[file]?.find(([pattern]) => pattern.test(name))?.[1] ?? {};
}
