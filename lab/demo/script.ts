/** The main job without a person: each step is an act and what its answer must say. */
import type { Reply } from '../discord/reply.ts';
import { messageText } from '../discord/text.ts';
import { eventually } from './eventually.ts';
import { ALERT_STEPS, untilWell } from './script-alerts.ts';
import { ROTATION_STEPS } from './script-rotation.ts';
import { expectAnswer, withFault, type Step } from './step.ts';
import type { Demo } from './start.ts';

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
  ...ALERT_STEPS,
  {
    name: 'a broken cacerts is named, and its repair is seen',
    async run(demo) {
      const { clock, discord, people } = demo;
      const reply = await discord.slash('mesh status', { user: people.lena, options: { cluster: 'cluster-b' } });
      await expectAnswer(reply, ['● cluster-b healthy']);
      await withFault(demo, 'cacerts-wrong-key-cluster-b', async () => {
        const broken = await reply.click('Re-check', { user: people.lena });
        await expectAnswer(broken, ['▲', 'cacerts', 'cluster-b', 'Next:']);
      });
      // meshwarden may be about to repair it by itself, and a look in between sees what is not repaired yet.
      await eventually(clock, 20_000, async () => {
        const mended = await reply.click('Re-check', { user: people.lena });
        await expectAnswer(mended, ['### ']);
        const healthy = mended.text.includes('● cluster-b healthy') && !mended.text.includes('▲');
        return healthy ? { found: mended } : { seen: mended.text };
      });
    },
  },
  {
    name: 'an API server that is away hides what depends on it, and nothing else',
    async run(demo) {
      const { discord, people } = demo;
      await withFault(demo, 'api-stopped-cluster-b', async () => {
        const reply = await discord.slash('mesh status', { user: people.mara });
        await expectAnswer(reply, ['▲ Mesh: 1 problem hides', 'The API server of cluster-b does not answer', 'connection refused']);
        const details = await reply.click('Details', { user: people.mara });
        await expectAnswer(details, ['mesh-status.txt']);
        const hidden = textOfFiles(demo, details)
          .split('\n')
          .filter((line) => line.includes('(cluster-a)'));
        if (hidden.length > 0) throw new Error(`cluster-b hides what is about cluster-a:\n${hidden.join('\n')}`);
      });
    },
  },
  {
    name: 'without Redis the bot says so, and goes on when it is back',
    async run(demo) {
      const { clock, discord, people, redis } = demo;
      if (redis === undefined) {
        discord.note("Left out: Redis is not the demo's own");
        return;
      }
      await withFault(demo, 'redis-down', async () => {
        const reply = await discord.slash('mesh status', { user: people.lena });
        await expectAnswer(reply, ['could not be looked at', 'Redis', 'Next:']);
      });
      await eventually(clock, 20_000, async () => {
        const health = await discord.slash('mesh bot', { user: people.lena });
        await health.waitFor(({ text }) => text.includes('**Queue**'), 10_000);
        return health.text.includes('does not answer') ? { seen: health.text } : { found: health };
      });
      await untilWell(demo);
    },
  },
  {
    name: 'a renewal while Discord is away is told in #alerts when it is back, once for each cluster',
    async run(demo) {
      const { clock, discord, faults, people } = demo;
      const alerts = discord.channel('alerts');
      await withFault(demo, 'discord-muted', async () => {
        const before = discord.requests.length;
        discord.note('The clock is moved past the next renewal');
        await faults.set('advance-renewal', true);
        // Calls that are answered with an error change nothing in Discord, so nobody tells of them.
        await eventually(clock, 40_000, async () => {
          const calls = discord.requests.slice(before).filter(({ method, path }) => method === 'POST' && path.includes(alerts.id));
          return calls.length > 0 ? { found: calls } : { seen: discord.transcript.slice(-10).join('\n') };
        });
      });
      const renewals = (): number => discord.posts(alerts).filter((message) => messageText(message).includes('was renewed')).length;
      await discord.waitFor(() => renewals() >= 2, 60_000);
      await expectAnswer(await discord.slash('mesh certs', { user: people.jon }), ['Next renewal', 'cluster-a', 'cluster-b']);
      await discord.waitFor(() => discord.posts(alerts).some((message) => messageText(message).includes('Published and proved')), 60_000);
      const renewed = discord
        .posts(alerts)
        .flatMap((message) => /The intermediate of (\S+) was renewed/.exec(messageText(message))?.[1] ?? []);
      if (renewed.toSorted((a, b) => a.localeCompare(b)).join(' ') !== 'cluster-a cluster-b')
        throw new Error(`Two renewals, but #alerts has:\n${discord.posts(alerts).map(messageText).join('\n')}`);
    },
  },
  ...ROTATION_STEPS,
];

function textOfFiles({ discord }: Demo, { message }: Reply): string {
  return discord
    .files(message)
    .map(({ bytes }) => bytes.toString('utf8'))
    .join('\n');
}
