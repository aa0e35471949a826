/** Rotations of the certificate authority, as people ask for them. */
import type { Reply } from '../discord/reply.ts';
import type { Demo } from './start.ts';
import { expectAnswer, withFault, type Step } from './step.ts';

const MINUTE_MS = 60_000;
/** What a step may take on a machine that does other things too. */
const LONG_MS = 90_000;

async function until(reply: Reply, text: string): Promise<void> {
  await reply.waitFor((seen) => seen.text.includes(text), LONG_MS);
}

/** Asks for the rotation of an intermediate, reads the plan and approves it. */
async function approved({ discord, people }: Demo, cluster: string): Promise<Reply> {
  const reply = await discord.slash('mesh rotate-ca', { user: people.lena, options: { scope: 'intermediate', cluster } });
  await expectAnswer(reply, [
    `Rotate the intermediate of ${cluster}`,
    'back up cacerts',
    'No restart.',
    'Needs the approval of an operator',
  ]);
  await reply.click('Approve', { user: people.lena });
  return reply;
}

export const ROTATION_STEPS: readonly Step[] = [
  {
    name: 'an intermediate is rotated; meshwarden is killed in the middle, and ends it all the same',
    async run(demo) {
      const { clock, discord, faults } = demo;
      const reply = await approved(demo, 'cluster-b');
      await until(reply, 'is published 30 s after its beginning');
      discord.note('meshwarden is killed');
      await faults.set('product-killed', true);
      discord.note('The clock is moved on by a minute');
      clock.advance(MINUTE_MS);
      await until(reply, 'cluster-b signs with the new intermediate');
    },
  },
  {
    name: 'garbage in the source is refused, and the cluster keeps its last good certificate',
    async run(demo) {
      const { discord, people } = demo;
      await withFault(demo, 'source-garbage-cluster-b', async () => {
        const reply = await discord.slash('mesh distribute', { user: people.lena, options: { cluster: 'cluster-b' } });
        await expectAnswer(reply, ['Not published', 'cluster-b keeps', 'Next:']);
      });
    },
  },
  {
    name: 'a proof that fails: what was good is put back, what failed is held, and nothing fights over it',
    async run(demo) {
      const { clock, discord, people } = demo;
      await withFault(demo, 'istiod-deaf-cluster-a', async () => {
        const reply = await approved(demo, 'cluster-a');
        await until(reply, 'is published 30 s after its beginning');
        clock.advance(MINUTE_MS);
        await until(reply, 'still old');
        discord.note('The clock is moved on by five minutes');
        clock.advance(5 * MINUTE_MS);
        await until(reply, 'is held');
      });
      const jobs = await discord.slash('mesh jobs', { user: people.lena });
      await expectAnswer(jobs, ['cluster-a', 'held']);
    },
  },
];
