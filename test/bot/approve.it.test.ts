import { Secret as OtpSecret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import type { Proposal } from '../../src/actions/changes.ts';
import type { Reply } from '../../lab/discord/reply.ts';
import type { Goal } from '../../src/rotation/goal.ts';
import { planned, samplePlan } from './change-samples.ts';
import { startAll, TOTP_SECRET, type Setup } from './product.ts';

type Asked = Partial<Pick<Proposal, 'id' | 'needed' | 'secondFactor'>> & { readonly goal?: Goal };

/** A plan on a card, asked for by lena. */
async function planOn(
  setup: Setup,
  { goal = { kind: 'intermediate', cluster: 'cluster-b' }, id = 'k7f3', needed = 1, secondFactor = false }: Asked = {},
): Promise<Reply> {
  const { d, people, answers, proposals, clock } = setup;
  answers['plan-change'] = async () => {
    const plan = samplePlan({ goal });
    return planned(plan, await proposals.create({ id, plan, by: people.lena.user.id, needed, secondFactor, delayMs: 0 }, clock.now()));
  };
  const reply = await d.slash('mesh rotate-ca', { user: people.lena, options: { scope: 'intermediate', cluster: 'cluster-b' } });
  return reply.waitFor(({ buttons }) => buttons.includes('Approve'));
}

const submitted = async ({ context }: Setup): Promise<number> => {
  const { waiting, active } = await context.jobs.counts();
  return waiting + active;
};
const ROOT: Goal = { kind: 'root', speed: 'gentle' };

test('a viewer approves nothing', async () => {
  const setup = await startAll();
  const { people } = setup;
  const reply = await planOn(setup);
  const answer = await reply.click('Approve', { user: people.jon });
  expect({ ephemeral: answer.ephemeral, text: answer.text }).toEqual({
    ephemeral: true,
    text: `### ◌ Not done\nYou are a viewer here, and this needs an operator. Ask <@&${people.operatorRole.id}> or <@${people.mara.user.id}>.`,
  });
  expect((await setup.proposals.get('k7f3'))?.approvals).toEqual([]);
});

test('a new root is approved by admins alone', async () => {
  const setup = await startAll();
  const { people } = setup;
  const reply = await planOn(setup, { goal: ROOT, needed: 2 });
  const answer = await reply.click('Approve', { user: people.lena });
  expect(answer.text).toBe(
    `### ◌ Not done\nYou cannot approve this. You are an operator here, and this needs an admin. Admins: <@${people.mara.user.id}>.`,
  );
  expect((await setup.proposals.get('k7f3'))?.approvals).toEqual([]);
});

test('two approvals are of two people', async () => {
  const setup = await startAll();
  const { people } = setup;
  const reply = await planOn(setup, { needed: 2 });
  await reply.click('Approve', { user: people.lena });
  await reply.waitFor(({ text }) => text.includes(`<@${people.lena.user.id}> approved, one more.`));
  const again = await reply.click('Approve', { user: people.lena });
  await again.waitFor(({ followups }) => followups.length === 1);
  expect(JSON.stringify(again.followups)).toContain('You have approved this already. It needs one more operator.');
  await reply.click('Approve', { user: people.nils });
  await reply.waitFor(({ buttons }) => buttons.includes('Pause'));
});

test('an expired plan and a cancelled one are closed, and nothing begins', async () => {
  const setup = await startAll();
  const { d, people } = setup;
  const reply = await planOn(setup);
  d.clock.advance(16 * 60_000);
  const late = await reply.click('Approve', { user: people.lena });
  expect(late.text).toBe('### ◌ Not done\nThis plan has expired. Nothing was changed. Ask again for a fresh one.');
  const second = await planOn(setup, { id: 'm2aa' });
  await second.click('Cancel', { user: people.nils });
  await second.waitFor(({ buttons }) => buttons.length === 0);
  expect(second.text).toBe(
    `### ◌ Rotate the intermediate of cluster-b · plan m2aa\nCancelled by <@${people.nils.user.id}>. Nothing was changed.`,
  );
  expect(await setup.proposals.get('m2aa')).toMatchObject({ state: 'cancelled' });
  expect(await submitted(setup)).toBe(0);
});

test('a new root asks for a code, takes a good one once, and refuses others', async () => {
  const setup = await startAll();
  const { people, clock } = setup;
  const reply = await planOn(setup, { goal: ROOT, needed: 1, secondFactor: true });
  const wrong = await reply.click('Approve', { user: people.mara });
  expect(wrong.modal?.title).toBe('Rotate the intermediate of cluster-b');
  const refused = await wrong.submitModal({ code: '000000' });
  expect(refused.text).toBe(
    '### ◌ Not done\nThis code is not good. Wait for the next one and press Approve again, or run `meshwarden approve k7f3` on the host.',
  );
  expect((await setup.proposals.get('k7f3'))?.approvals).toEqual([]);
  const code = new TOTP({ secret: OtpSecret.fromBase32(TOTP_SECRET) }).generate({ timestamp: clock.now() });
  const right = await reply.click('Approve', { user: people.mara });
  await right.submitModal({ code });
  await reply.waitFor(({ buttons }) => buttons.includes('Pause'));
});

test('a plan is shown as text to whoever asks', async () => {
  const setup = await startAll();
  const { d, people } = setup;
  const reply = await planOn(setup);
  const text = await reply.click('Show as text', { user: people.jon });
  await text.waitFor((shown) => shown.text.includes('hash 5555'));
  expect({ ephemeral: text.ephemeral, file: d.files(text.message)[0]?.bytes.toString().split('\n')[0] }).toEqual({
    ephemeral: true,
    file: 'Rotate the intermediate of cluster-b (plan k7f3)',
  });
});

test('a plan that went stale says so in its message', async () => {
  const setup = await startAll();
  const { people, answers } = setup;
  answers['carry-out'] = () => {
    throw new Error('the plan went stale');
  };
  const reply = await planOn(setup);
  await reply.click('Approve', { user: people.lena });
  await reply.waitFor(({ text }) => text.includes('▲ The change did not begin'));
  expect(reply.text).toContain('the plan went stale');
});
