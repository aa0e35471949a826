/** Discord as far as the product uses it: REST, gateway, people who act, and the routes of the page. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemRandom, type Random } from '../../src/core/random.ts';
import type { LabClock } from '../clock.ts';
import type { Core } from './core.ts';
import { noFaults, type FaultRegistry } from './fault-registry.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { Interactions } from './interaction.ts';
import { LabDiscord } from './lab-discord.ts';
import { servePage } from './page-routes.ts';
import { serveRest, type RequestEntry, type RestSettings } from './rest-server.ts';
import { listen } from './server.ts';
import { notFound, serveFile } from './static-files.ts';
import { createToken } from './token.ts';
import { Transcript } from './transcript.ts';
import { addChannel, createWorld } from './world.ts';

export type { LabDiscord } from './lab-discord.ts';
export type { FaultRegistry } from './fault-registry.ts';

export interface LabDiscordOptions {
  readonly clock: LabClock;
  readonly random?: Random;
  /** Within how many milliseconds the bot must acknowledge: 3000 unless told. */
  readonly ackMs?: number;
  /** How long an interaction's token is good, in milliseconds of the lab's clock: 15 minutes unless told. */
  readonly tokenMs?: number;
  readonly heartbeatMs?: number;
  /** Checks every request and answer against Discord's own description of its API, as is usual; costs 60 MB and 0.2 s at the start. */
  readonly validate?: boolean;
  /** Where to listen: 127.0.0.1 and a free port unless told. */
  readonly host?: string;
  readonly port?: number;
  /** Answers what is neither API nor file nor the page's questions, such as the page itself, and says whether it did. */
  readonly page?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly faults?: FaultRegistry;
}

const LOOPBACK = '127.0.0.1';

interface Settings {
  readonly rest: RestSettings;
  readonly faults: FaultRegistry;
  readonly page: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
}

/** Starts it with a guild, the channels `mesh` and `alerts`, and nobody in it but the bot. */
export async function startLabDiscord(options: LabDiscordOptions): Promise<LabDiscord> {
  const random = options.random ?? systemRandom;
  const token = createToken(random);
  const accepts = (given: string): boolean => token.accepts(given);
  const problems: string[] = [];
  const requests: RequestEntry[] = [];
  const core = createCore(options, { random, accepts, problem: (text) => void problems.push(text) });
  const validator = options.validate === false ? undefined : (await import('./validate.ts')).specValidator;
  const rest: RestSettings = { accepts, requests, clock: options.clock, validator };
  const settings: Settings = { rest, faults: options.faults ?? noFaults, page: options.page };
  const server = await listen({
    host: options.host ?? LOOPBACK,
    port: options.port ?? 0,
    handle: (message, response) => serve(core, settings, message, response),
    upgrade: (message, socket, head) => core.gateway.upgrade(message, socket, head),
    onError: (error) => core.problem(`The double failed: ${error instanceof Error ? error.stack : String(error)}`),
  });
  core.origin = originAt(options.host ?? LOOPBACK, server.port);
  return new LabDiscord({ core, server, token, problems, requests });
}

/** How the bot reaches it: one that listens everywhere is reached on loopback. */
function originAt(host: string, port: number): string {
  const isAny = host === '0.0.0.0' || host === '::';
  return new URL(`http://${isAny ? LOOPBACK : host.includes(':') ? `[${host}]` : host}:${port}`).origin;
}

function createCore(
  options: LabDiscordOptions,
  given: { readonly random: Random; accepts(token: string): boolean; problem(text: string): void },
): Core & { origin: string } {
  const world = createWorld(options.clock);
  addChannel(world, 'mesh', 'The state of the mesh and its commands');
  addChannel(world, 'alerts', 'What needs somebody');
  const { random } = given;
  const accepts = (token: string): boolean => given.accepts(token);
  const problem = (text: string): void => given.problem(text);
  const core: Core & { origin: string } = {
    world,
    gateway: new Gateway({ world, heartbeatMs: options.heartbeatMs ?? 41_250, accepts, origin: () => core.origin, problem }),
    interactions: new Interactions(world, random, { ackMs: options.ackMs ?? 3000, tokenMs: options.tokenMs ?? 900_000 }),
    transcript: new Transcript(world),
    faults: new Faults(),
    origin: '',
    problem,
  };
  return core;
}

async function serve(core: Core, settings: Settings, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(message.url ?? '/', core.origin);
  if (pathname.startsWith('/api/')) await serveRest(core, settings.rest, message, response);
  else if (pathname.startsWith('/lab/')) await servePage(core, settings.faults, message, response);
  else if (pathname.startsWith('/cdn/')) serveFile(core.world, pathname, response);
  else if (settings.page?.(message, response) !== true) notFound(response);
}
