/** `/mesh status`, asked as a person asks it, with the real discord.js behind it. */
import { request, Agent } from 'node:https';
import { once } from 'node:events';
import type { LabMesh } from '../scene/mesh.ts';
import type { Stage } from './stage.ts';

export interface Answered {
  /** From the command to the bot's acknowledgement, in milliseconds. */
  readonly ackMs: number;
  /** From the command to the whole card. */
  readonly answerMs: number;
}

const ANSWER_WITHIN_MS = 30_000;

/** Asks once. Rejects where no card of a mesh comes. */
export async function askStatus({ discord, people }: Pick<Stage, 'discord' | 'people'>): Promise<Answered> {
  const began = performance.now();
  const reply = await discord.slash('mesh status', { user: people.lena });
  await reply.waitFor(({ text }) => text.includes('checks passed'), ANSWER_WITHIN_MS);
  return { ackMs: reply.ackMs, answerMs: performance.now() - began };
}

/** Asks several times, one after another. */
export async function askOften(stage: Stage, times: number): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  for (let asked = 0; asked < times; asked += 1) answers.push(await askStatus(stage));
  return answers;
}

/** HTTPS round trips to the signer's API server over one connection, in milliseconds each. */
export async function bareRoundTrips({ signer }: LabMesh, times: number): Promise<readonly number[]> {
  const { url, caPem } = signer.api;
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: caPem });
  const took: number[] = [];
  for (let sent = 0; sent < times; sent += 1) {
    const began = performance.now();
    const call = request(`${url}/version`, { agent, headers: { authorization: `Bearer ${signer.productToken}` } }).end();
    const [answer] = (await once(call, 'response')) as [NodeJS.ReadableStream];
    answer.resume();
    await once(answer, 'end');
    took.push(performance.now() - began);
  }
  agent.destroy();
  return took;
}
