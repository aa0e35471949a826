import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageText } from '../../lab/discord/text.ts';
import type { Demo } from '../../lab/demo/start.ts';
import { startQuietDemo } from './demo.ts';

let demo: Demo;

beforeAll(async () => {
  demo = await startQuietDemo();
});

afterAll(() => demo.stop());

describe('meshwarden is killed while a job runs', () => {
  it('has its message finished by the one that is started next', async () => {
    const { discord, faults, people } = demo;
    await faults.set('api-slow-cluster-a', true);
    const reply = await discord.slash('mesh status', { user: people.lena });
    await reply.waitFor(({ thinking, text }) => !thinking && text.includes('Looking'));
    await faults.set('product-killed', true);
    await faults.set('api-slow-cluster-a', false);
    await reply.waitFor(({ text }) => text.includes('Mesh healthy'), 60_000);

    expect(messageText(reply.message)).toContain('59 checks passed');
    expect(discord.posts(discord.channel('mesh'))).toHaveLength(1);
  }, 90_000);
});
