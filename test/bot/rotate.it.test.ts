import { expect, test } from 'vitest';
import { carryOut } from '../../src/actions/carry-out.ts';
import { startAll } from './product.ts';
import { sampleView, steps } from './change-samples.ts';

const ROTATE = { options: { scope: 'intermediate', cluster: 'cluster-b' } };

test('a rotation from the command to its end: plan, approval, live card, thread, result', async () => {
  const { d, people, board, audit, clock } = await startAll({ faster: 20 });
  const reply = await d.slash('mesh rotate-ca', { user: people.lena, ...ROTATE });
  await reply.waitFor(({ buttons }) => buttons.includes('Approve'));
  expect({ ephemeral: reply.ephemeral, buttons: reply.buttons, first: reply.text.split('\n')[0] }).toEqual({
    ephemeral: false,
    buttons: ['Approve', 'Show as text', 'Cancel'],
    first: '### ◇ Rotate the intermediate of cluster-b · plan k7f3',
  });
  await reply.click('Approve', { user: people.lena });
  await reply.waitFor(({ buttons }) => buttons.includes('Pause'));
  expect(reply.text).toContain('▸ **write cacerts, nudge 2 istiods**');
  const shownIn = { channel: d.channel('mesh').id, message: reply.message.id };
  const result = ['cluster-b signs with the new intermediate · proved on 2 of 2 istiods', 'Backup kept until tomorrow.'];
  await board.put(
    sampleView({ shownIn, at: clock.now(), startedAt: clock.now(), state: 'done', steps: steps(4), deadline: undefined, result }),
  );
  await reply.waitFor(({ text }) => text.includes('● cluster-b signs'));
  await expect.poll(() => board.due(), { timeout: 10_000 }).toEqual([]);
  const [thread] = d.threads(d.channel('mesh'));
  if (thread === undefined) throw new Error('there is no thread');
  const lines = d.posts(thread).flatMap(({ content }) => content.split('\n'));
  expect(lines.filter((line) => !line.startsWith('…'))).toEqual([
    `Begun by <@${people.lena.user.id}>`.replace(people.lena.user.id, '100000000000000007'),
    '✓ back up cacerts in cluster-b',
    '✓ new certificate from cert-manager',
    '✓ write cacerts, nudge 2 istiods',
    '✓ prove on both istiods',
    '● Done',
    ...result,
  ]);
  expect((await audit.newest(5)).map(({ what, who }) => ({ what, who }))).toEqual([{ what: 'approve', who: people.lena.user.id }]);
  expect(reply.buttons).toEqual([]);
});

test('the worker is told the plan and the message', async () => {
  const { d, people, answers } = await startAll({ faster: 20 });
  const asked: unknown[] = [];
  const usual = answers['carry-out'];
  answers['carry-out'] = (input, context) => {
    asked.push(carryOut.input.parse(input));
    return usual(input, context);
  };
  const reply = await d.slash('mesh rotate-ca', { user: people.lena, ...ROTATE });
  await reply.waitFor(({ buttons }) => buttons.includes('Approve'));
  await reply.click('Approve', { user: people.lena });
  await reply.waitFor(({ buttons }) => buttons.includes('Pause'));
  expect(asked).toEqual([{ proposal: 'k7f3', shownIn: { channel: d.channel('mesh').id, message: reply.message.id } }]);
});
