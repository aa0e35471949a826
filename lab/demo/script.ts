/** The main job without a person: each step is an act and what its answer must say. */
import type { Reply } from '../discord/reply.ts';
import type { Demo } from './start.ts';

export interface Step {
  readonly name: string;
  run(demo: Demo): Promise<void>;
}

/** Looks for texts in an answer until they are all there; without them the step fails with what was there instead. */
async function expectAnswer(reply: Reply, texts: readonly string[], never: readonly string[] = []): Promise<void> {
  await reply.waitFor(({ text }) => texts.every((part) => text.includes(part)), 20_000);
  const wrong = never.filter((part) => reply.text.includes(part));
  if (wrong.length > 0) throw new Error(`The answer should not say ${wrong.join(', ')}:\n${reply.text}`);
}

async function withFault({ discord, faults }: Demo, id: string, during: () => Promise<void>): Promise<void> {
  const title = faults.list().find((fault) => fault.id === id)?.title ?? id;
  discord.note(title);
  await faults.set(id, true);
  try {
    await during();
  } finally {
    discord.note(`Undone: ${title}`);
    await faults.set(id, false);
  }
}

export const STEPS: readonly Step[] = [
  {
    name: 'a healthy mesh',
    async run({ discord, people }) {
      const reply = await discord.slash('mesh status', { user: people.lena });
      await expectAnswer(reply, ['● Mesh healthy · 2 clusters', 'cluster-a', 'cluster-b', 'Istio 1.30.4'], ['▲']);
      const details = await reply.click('Details', { user: people.lena });
      await expectAnswer(details, ['CERTIFICATE AUTHORITY', 'checks passed']);
    },
  },
  {
    name: 'its certificates',
    async run({ discord, people }) {
      const reply = await discord.slash('mesh certs', { user: people.jon });
      await expectAnswer(reply, ['Next renewal', 'Root', 'Intermediate of cluster-a', 'Intermediate of cluster-b'], ['▲']);
    },
  },
  {
    name: 'a stranger is told who may',
    async run({ discord, people }) {
      const reply = await discord.slash('mesh status', { user: people.stranger });
      await expectAnswer(reply, ['You have no role with meshwarden']);
      if (!reply.ephemeral) throw new Error('Everybody sees what a stranger was told');
    },
  },
  {
    name: 'a broken cacerts is named, and its repair is seen',
    async run(demo) {
      const { discord, people } = demo;
      const reply = await discord.slash('mesh status', { user: people.lena, options: { cluster: 'cluster-b' } });
      await expectAnswer(reply, ['● cluster-b healthy']);
      await withFault(demo, 'cacerts-wrong-key-cluster-b', async () => {
        const broken = await reply.click('Re-check', { user: people.lena });
        await expectAnswer(broken, ['▲', 'cacerts', 'cluster-b', 'Next:']);
      });
      const mended = await reply.click('Re-check', { user: people.lena });
      await expectAnswer(mended, ['● cluster-b healthy'], ['▲']);
    },
  },
  {
    name: 'an API server that is away hides what depends on it',
    async run(demo) {
      const { discord, people } = demo;
      await withFault(demo, 'api-stopped-cluster-b', async () => {
        const reply = await discord.slash('mesh status', { user: people.mara });
        await expectAnswer(reply, ['▲ Mesh: 1 problem hides', 'The API server of cluster-b does not answer', 'connection refused']);
      });
    },
  },
  {
    name: 'without Redis the bot says so, and goes on when it is back',
    async run(demo) {
      const { discord, people, redis } = demo;
      if (redis === undefined) return;
      await withFault(demo, 'redis-down', async () => {
        const reply = await discord.slash('mesh status', { user: people.lena });
        await expectAnswer(reply, ['could not be looked at', 'Redis', 'Next:']);
      });
      const health = await discord.slash('mesh bot', { user: people.lena });
      await expectAnswer(health, ['meshwarden', 'Queue']);
    },
  },
  {
    name: 'a renewal is told in #alerts, once',
    async run({ discord, faults }) {
      const alerts = discord.channel('alerts');
      discord.note('The clock is moved past the next renewal');
      await faults.set('advance-renewal', true);
      await discord.waitFor(() => discord.posts(alerts).length >= 2, 40_000);
      const posts = discord.transcript.filter((line) => line.startsWith('#alerts'));
      const renewed = posts.filter((line) => line.includes('was renewed'));
      if (renewed.length !== 2 || posts.length !== 2) throw new Error(`Two renewals, but #alerts has:\n${posts.join('\n')}`);
    },
  },
];
