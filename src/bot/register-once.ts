import { REST, Routes } from 'discord.js';
import { z } from 'zod';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Secret } from '../core/secret.ts';
import { discordError } from './discord-error.ts';
import { registerCommands } from './register.ts';

const Application = z.object({ id: z.string() });
const DEADLINE_MS = 20_000;

export interface RegisterOptions {
  readonly token: Secret;
  readonly api: string;
  readonly guild: string;
  readonly clock: Clock;
}

/** Registers the commands over REST alone, without a session. @throws OperatorError when Discord refuses. */
export async function registerWithToken({ token, api, guild, clock }: RegisterOptions): Promise<'registered' | 'unchanged'> {
  const rest = new REST({ api, timeout: 5_000 }).setToken(token.reveal());
  try {
    return await withDeadline(clock, DEADLINE_MS, 'Cannot register the commands', async () => {
      const application = Application.parse(await rest.get(Routes.currentApplication()));
      return registerCommands(rest, application.id, guild);
    });
  } catch (error) {
    throw discordError(error);
  }
}
