import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { startLabDiscord, type LabDiscord } from '../../lab/discord/index.ts';
import { tryWebhook } from '../../src/bot/webhook-doctor.ts';
import { Secret } from '../../src/core/secret.ts';
import type { WebhookSetup } from '../../src/mesh/setup.ts';

const NEW_ADDRESS = 'Copy it anew: settings of the channel, Integrations, Webhooks, Copy Webhook URL.';

describe('src/bot/webhook-doctor.ts', () => {
  const clock = createLabClock();
  const { signal } = new AbortController();
  let discord: LabDiscord;
  beforeAll(async () => {
    discord = await startLabDiscord({ clock });
  });
  afterAll(() => discord.stop());

  async function attempt(address: string, api = discord.api): Promise<WebhookSetup> {
    const setup = await tryWebhook({ webhook: new Secret(address), api, clock, signal });
    const [id = '', token = ''] = address.split('/').slice(-2);
    for (const hidden of [id, token]) expect(JSON.stringify(setup)).not.toContain(hidden);
    return setup;
  }

  function refused(reason: string, why: string, next = NEW_ADDRESS): object {
    return { ok: false, failure: { reason, message: `The fallback webhook cannot be used: ${why}`, next } };
  }

  it('sees where a webhook posts, and posts nothing', async () => {
    const channel = discord.channel('alerts');
    const before = discord.requests.length;
    expect(await attempt(discord.addWebhook(channel))).toEqual({ ok: true, value: { guild: discord.guildId, channel: channel.id } });
    expect([discord.requests.slice(before).map(({ method }) => method), [...channel.messages.keys()]]).toEqual([['GET'], []]);
  });

  it('says that Discord does not know it, or its token', async () => {
    const address = discord.addWebhook(discord.channel('alerts'));
    expect(await attempt(`${address.slice(0, -1)}x`)).toEqual(refused('unauthorized', '401 50027 Invalid Webhook Token'));
    discord.world.webhooks.clear();
    expect(await attempt(address)).toEqual(refused('notFound', '404 10015 Unknown Webhook'));
  });

  it('says that the address is none of a webhook', async () => {
    expect(await attempt('https://beat.example/some/address-that-is-hidden')).toEqual(
      refused('invalid', 'its address is no webhook of Discord'),
    );
  });

  it('says that Discord fails, or is not there', async () => {
    const address = discord.addWebhook(discord.channel('alerts'));
    const muted = discord.mute();
    const failing = await attempt(address);
    muted.end();
    expect(failing).toEqual(refused('serverError', 'HTTP 503', 'Try again later.'));
    expect(await attempt(address, 'http://127.0.0.1:9')).toEqual(
      refused('unreachable', 'no answer', 'Is there a way to the internet from here? If discord.api is set, correct it.'),
    );
  });
});
