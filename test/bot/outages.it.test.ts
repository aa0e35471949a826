import { expect, test } from 'vitest';
import { startAll, setUp, gate } from './product.ts';
import { meshStatus } from './samples.ts';

const EDIT = 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original';

test('with a frozen Redis every command is acknowledged in time, and then says so', async () => {
  const { d, people, redis } = await startAll();
  redis.freeze();
  const replies = await Promise.all(['mesh status', 'mesh certs', 'mesh bot'].map((command) => d.slash(command, { user: people.jon })));
  for (const reply of replies) {
    expect(reply.ackMs).toBeLessThan(2_000);
    await reply.waitFor(({ text }) => text.includes('Redis') && text.includes('it does not answer'));
  }
  expect((await d.slash('mesh help', { user: people.jon })).text).toContain('/mesh status');
  redis.thaw();
});

test('without Redis the answer says so with what to do, and it works again when Redis is back', async () => {
  const { d, people, redis } = await startAll();
  await redis.stop();
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('Next: Start Redis'));
  const health = await d.slash('mesh bot', { user: people.jon });
  await health.waitFor(({ text }) => text.includes('Redis'));
  await redis.start();
  await expect
    .poll(
      async () => {
        const again = await d.slash('mesh status', { user: people.jon });
        await again.waitFor(({ thinking }) => !thinking);
        return again.text.split('·')[0];
      },
      { timeout: 15_000 },
    )
    .toContain('Mesh healthy');
});

test('a job that Redis lost does not keep its message waiting', async () => {
  const { d, people, answers, redis, context } = await startAll({ faster: 10 });
  const done = gate<undefined>();
  answers['observe-mesh'] = async () => {
    await done.opened;
    return meshStatus();
  };
  const reply = await d.slash('mesh status', { user: people.jon });
  const { Redis } = await import('ioredis');
  const admin = new Redis(redis.url);
  await expect.poll(() => context.replies.all().then((all) => all.length), { timeout: 10_000 }).toBe(1);
  await admin.flushall();
  admin.disconnect();
  await reply.waitFor(({ text }) => text.includes('Redis does not know the job any more'));
  expect(reply.text).toContain('Next: Ask again.');
  done.open(undefined);
});

test('the last word gets through errors, cuts and silence of Discord', async () => {
  for (const fault of [
    { status: 503, times: 8 },
    { reset: 'fin', times: 2 },
    { reset: 'rst', times: 5 },
    { status: 502, html: true, times: 5 },
    { status: 429, retryAfter: 0.2, times: 1 },
  ] as const) {
    const { d, people } = await startAll({ faster: 5 });
    const meets = d.fault({ route: EDIT, ...fault });
    const reply = await d.slash('mesh status', { user: people.jon });
    await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
    meets.end();
    expect(reply.transcript().filter((line) => line.includes('Mesh healthy'))).toHaveLength(1);
  }
});

test('an acknowledgement that Discord took and answered with an error is no failure', async () => {
  const { d, people, logs } = await startAll();
  d.fault({ route: 'POST /interactions/{interaction_id}/{interaction_token}/callback', status: 502, processed: true, times: 1 });
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  d.fault({ route: 'POST /interactions/{interaction_id}/{interaction_token}/callback', status: 502, processed: true, times: 1 });
  const help = await d.slash('mesh help', { user: people.jon });
  expect(help.text).toContain('/mesh status');
  expect(logs.filter((line) => line.includes('an interaction failed'))).toEqual([]);
});

test('what Discord has given up on is left alone', async () => {
  const { d, people, logs, context } = await startAll({ discord: { ackMs: 200 } });
  d.fault({ route: 'POST /interactions/{interaction_id}/{interaction_token}/callback', delayMs: 400, times: 1 });
  await expect(d.slash('mesh status', { user: people.jon })).rejects.toThrow('did not respond');
  await expect.poll(() => logs.some((line) => line.includes('Discord had given up')), { timeout: 10_000 }).toBe(true);
  expect(await context.jobs.counts()).toEqual({ waiting: 0, active: 0, failed: 0, workers: 1 });
});

test('past a quarter of an hour the answer goes through the channel', async () => {
  const { d, people, answers, context } = await startAll();
  const done = gate<undefined>();
  answers['observe-mesh'] = async () => {
    await done.opened;
    return meshStatus();
  };
  const reply = await d.slash('mesh status', { user: people.jon });
  await expect.poll(() => context.replies.all().then((all) => all.length), { timeout: 10_000 }).toBe(1);
  d.clock.advance(16 * 60_000);
  done.open(undefined);
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  expect(d.requests.flatMap(({ method, route }) => (method === 'PATCH' ? [route] : []))).toEqual([
    'PATCH /channels/{channel_id}/messages/{message_id}',
  ]);
});

test('a token that ended early is noticed', async () => {
  const { d, people, answers } = await startAll();
  const done = gate<undefined>();
  answers['observe-mesh'] = async () => {
    await done.opened;
    return meshStatus();
  };
  const reply = await d.slash('mesh status', { user: people.jon });
  d.expire(reply);
  done.open(undefined);
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  expect(d.requests.at(-1)?.route).toBe('PATCH /channels/{channel_id}/messages/{message_id}');
});

test('a message that was deleted meanwhile is no failure, and is forgotten', async () => {
  const { d, people, answers, context, logs } = await startAll();
  const done = gate<undefined>();
  answers['observe-mesh'] = async () => {
    await done.opened;
    return meshStatus();
  };
  const reply = await d.slash('mesh status', { user: people.jon });
  await expect.poll(() => context.replies.all().then((all) => all.length), { timeout: 10_000 }).toBe(1);
  d.channel('mesh').messages.delete(reply.message.id);
  done.open(undefined);
  await expect.poll(() => context.replies.all(), { timeout: 10_000 }).toEqual([]);
  expect(logs.filter((line) => line.includes('"level":40') || line.includes('"level":50'))).toEqual([]);
});

test('a message older than an hour gets no progress, and a new message where Discord takes no edit', async () => {
  const { d, people, answers } = await startAll({ faster: 20 });
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  d.clock.advance(2 * 60 * 60_000);
  const done = gate<undefined>();
  answers['observe-mesh'] = async (_input, { progress }) => {
    progress('Looking');
    await done.opened;
    return meshStatus();
  };
  d.fault({ route: 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}', status: 429, retryAfter: 60, times: 1 });
  const again = await reply.click('Re-check');
  done.open(undefined);
  await d.waitFor(() => again.followups.length === 1);
  expect(d.requests.filter(({ body }) => JSON.stringify(body ?? null).includes('Looking'))).toEqual([]);
});

test('a restarted bot finishes what the one before had promised', async () => {
  const setup = await setUp();
  const { d, people, context } = setup;
  const first = await setup.startBot();
  const reply = await d.slash('mesh status', { user: people.jon });
  await expect.poll(() => context.replies.all().then((all) => all.length), { timeout: 10_000 }).toBe(1);
  await first.stop();
  await setup.startBot();
  setup.startWorker();
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  await expect.poll(() => context.replies.all(), { timeout: 10_000 }).toEqual([]);
});
