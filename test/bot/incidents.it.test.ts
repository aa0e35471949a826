import { expect, test } from 'vitest';
import { acked, incident, over, testBoard } from './incident-samples.ts';
import { setUp, type SetupOptions } from './product.ts';

/** The product with a board in memory, and no bot yet. */
async function watched(options: SetupOptions = {}) {
  const incidents = testBoard();
  const setup = await setUp({ faster: 20, incidents, ...options });
  return Object.assign(setup, { incidents });
}
type Watching = Awaited<ReturnType<typeof watched>>;

async function shown({ incidents }: Watching): Promise<void> {
  await expect.poll(() => incidents.due(1_000).then((due) => due.map(({ incident: { id } }) => id)), { timeout: 20_000 }).toEqual([]);
}

/** What the bot sent about incidents, in order: method, place, and the first words. */
function sent({ d }: Watching): readonly string[] {
  const alerts = d.channel('alerts').id;
  return d.requests.flatMap(({ method, route, path, status }) => {
    if (!path.startsWith('/channels/') || (method === 'GET' && !route.endsWith('/messages'))) return [];
    const where = path.startsWith(`/channels/${alerts}`) ? '#alerts' : 'thread';
    const what = route.replace(/^\S+ \/channels\/\{channel_id\}/, '');
    return [`${method} ${where}${what} ${status}`];
  });
}

test('one that opens, is acked and ends is one message and one thread', async () => {
  const setup = await watched();
  const { d, incidents, people } = setup;
  await setup.startBot();
  const first = incident();
  incidents.put(first);
  await shown(setup);
  const second = acked(first, people.lena.user.id);
  incidents.put(second);
  await shown(setup);
  incidents.put(over(second));
  await shown(setup);
  expect(sent(setup)).toEqual([
    'GET #alerts/messages 200',
    'POST #alerts/messages 200',
    'PATCH #alerts/messages/{message_id} 200',
    'POST #alerts/messages/{message_id}/threads 201',
    'POST thread/messages 200',
    'PATCH #alerts/messages/{message_id} 200',
    'POST thread/messages 200',
    'PATCH thread 200',
  ]);
  expect(d.posts(d.channel('alerts'))).toHaveLength(1);
});
