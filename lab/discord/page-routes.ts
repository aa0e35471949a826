/** The routes below `/lab/` that the page lives on: see lab/page/contract.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { ActAnswer, AutocompleteAnswer } from '../page/contract.ts';
import type { Core } from './core.ts';
import type { FaultRegistry } from './fault-registry.ts';
import type { Interaction } from './interaction.ts';
import { autocompleteRequest, componentRequest, faultRequest, modalRequest, slashRequest } from './page-schema.ts';
import { sendCommand, typeOption } from './people/command.ts';
import { useComponent } from './people/component.ts';
import { sendModal } from './people/modal.ts';
import { NotPossible } from './people/refused.ts';
import { worldView } from './view.ts';
import { readBody } from './request-body.ts';
import { Refusal } from './refusal.ts';

/** Answers one call below `/lab/`. */
export async function servePage(core: Core, faults: FaultRegistry, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(message.url ?? '/', core.origin).pathname;
  if (message.method === 'GET' && path === '/lab/events') {
    streamEvents(core, response);
    return;
  }
  try {
    const answer = await act(core, faults, `${message.method} ${path}`, message);
    send(response, answer === undefined ? 404 : 200, answer ?? { error: `Nothing is at ${path}` });
  } catch (error) {
    if (error instanceof NotPossible) send(response, 422, { error: error.message });
    else if (error instanceof z.ZodError || error instanceof Refusal) send(response, 400, { error: error.message });
    else throw error;
  }
}

async function act(core: Core, faults: FaultRegistry, call: string, message: IncomingMessage): Promise<unknown> {
  if (call === 'GET /lab/state') return withOwnFiles(core, worldView(core));
  if (call === 'GET /lab/faults') return faults.list();
  const fault = /^POST \/lab\/faults\/([^/]+)$/.exec(call)?.[1];
  if (!call.startsWith('POST ')) return undefined;
  const { body } = await readBody(message);
  if (fault !== undefined) {
    await setFault(faults, decodeURIComponent(fault), faultRequest.parse(body).on);
    core.world.changed();
    return faults.list();
  }
  if (call === 'POST /lab/slash') return actAnswer(await sendCommand(core, slashRequest.parse(body)));
  if (call === 'POST /lab/component') return actAnswer(await useComponent(core, componentRequest.parse(body)));
  if (call === 'POST /lab/modal') return actAnswer(await sendModal(core, modalRequest.parse(body)));
  if (call === 'POST /lab/autocomplete')
    return { choices: await typeOption(core, autocompleteRequest.parse(body)) } satisfies AutocompleteAnswer;
  return undefined;
}

/** Attachments are addressed as the bot reaches them; a browser may be elsewhere and asks where it got the page. */
function withOwnFiles(core: Core, view: unknown): unknown {
  return JSON.parse(JSON.stringify(view).replaceAll(`${core.origin}/cdn/`, '/cdn/')) as unknown;
}

/** A fault that cannot be made is told to the person who wanted it. */
async function setFault(faults: FaultRegistry, id: string, on: boolean): Promise<void> {
  if (!faults.list().some((fault) => fault.id === id)) throw new NotPossible(`There is no fault ${id}`);
  try {
    await faults.set(id, on);
  } catch (cause) {
    throw new NotPossible(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function actAnswer(interaction: Interaction): ActAnswer {
  return { interaction: interaction.id, ...(interaction.modal === undefined ? {} : { modal: interaction.modal }) };
}

function streamEvents(core: Core, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const tell = (revision: number): void => void response.write(`event: changed\ndata: ${revision}\n\n`);
  tell(core.world.revision);
  core.world.events.on('changed', tell);
  const stopClock = core.world.clock.onAdvance(() => tell(core.world.revision));
  response.on('close', () => {
    core.world.events.off('changed', tell);
    stopClock();
  });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
