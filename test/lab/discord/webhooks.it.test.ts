import { REST, Routes } from 'discord.js';
import { expect, test } from 'vitest';
import { lab } from './bot.ts';

function partsOf(address: string): [id: string, token: string] {
  const [id = '', token = ''] = address.split('/').slice(-2);
  return [id, token];
}

test('whoever holds the token of a webhook posts into its channel, as the webhook and without a bot', async () => {
  const d = await lab();
  const channel = d.addChannel('fallback');
  const [id, token] = partsOf(d.addWebhook(channel, 'meshwarden fallback'));
  const rest = new REST({ api: d.api });
  const body = { content: 'Link is down', allowed_mentions: { parse: [] } };
  const query = new URLSearchParams({ wait: 'true' });
  expect(await rest.post(Routes.webhook(id, token), { auth: false, query, body })).toMatchObject({
    channel_id: channel.id,
    webhook_id: id,
    content: 'Link is down',
    author: { id, username: 'meshwarden fallback' },
  });
  await rest.post(Routes.webhook(id, token), { auth: false, body });
  expect(d.posts(channel).map(({ content }) => content)).toEqual(['Link is down', 'Link is down']);
});

test('a wrong token, a webhook that nobody made and a channel that is gone are refused', async () => {
  const d = await lab();
  const channel = d.addChannel('fallback');
  const [id, token] = partsOf(d.addWebhook(channel));
  const rest = new REST({ api: d.api });
  const post = (...address: [string, string]): Promise<unknown> =>
    rest.post(Routes.webhook(...address), { auth: false, body: { content: 'x' } }).then(
      () => 'posted',
      (error: { readonly code: unknown }) => error.code,
    );
  const wrong = [await post(id, 'wrong'), await post('100000000000000001', token)];
  d.removeChannel(channel);
  expect([...wrong, await post(id, token)]).toEqual([50_027, 10_015, 10_015]);
});
