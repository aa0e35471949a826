import { GatewayCloseCodes, GatewayIntentBits } from 'discord-api-types/v10';
import type { Identify } from './gateway-frames.ts';

const PRIVILEGED = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent;
const KNOWN_INTENTS = Object.values(GatewayIntentBits)
  .filter((bit) => typeof bit === 'number')
  .reduce((all, bit) => all | bit, 0);

type Close = readonly [code: number, reason: string];

export const ALREADY: Close = [GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.'];

/** How Discord closes on an IDENTIFY that it does not accept. The lab's application has no privileged intent. */
export function identifyRefusal(identify: Identify, settings: { accepts(token: string): boolean }): Close | undefined {
  if (!settings.accepts(identify.token.replace(/^Bot /, ''))) return [GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.'];
  if ((identify.intents & ~KNOWN_INTENTS) !== 0) return [GatewayCloseCodes.InvalidIntents, 'Invalid intent(s).'];
  if ((identify.intents & PRIVILEGED) !== 0) return [GatewayCloseCodes.DisallowedIntents, 'Disallowed intent(s).'];
  return undefined;
}
