import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { REST, Routes } from 'discord.js';
import { expect, test } from 'vitest';
import { steerChange } from '../../src/actions/steer-change.ts';
import { sampleView } from './change-samples.ts';
import { startAll, type Setup } from './product.ts';

/** A message with these custom ids, and what the worker is told when they are pressed. */
async function pressing(setup: Setup, customIds: readonly string[]) {
  const { d, answers } = setup;
  const told: unknown[] = [];
  answers['steer-change'] = (input) => {
    told.push(steerChange.input.parse(input));
    return sampleView({ state: 'paused', says: 'Paused before the next step' });
  };
  const rest = new REST({ api: d.api }).setToken(d.token);
  const components = customIds.map((custom_id, index) => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label: `${index}`,
    custom_id,
  }));
  const body = { content: 'old', components: [{ type: ComponentType.ActionRow, components }] };
  await rest.post(Routes.channelMessages(d.channel('mesh').id), { body });
  const message = d.posts(d.channel('mesh')).at(-1);
  if (message === undefined) throw new Error('nothing was posted');
  return { told, press: (label: string, user = setup.people.lena) => d.click(message, label, { user }) };
}

test('an operator pauses, resumes, agrees and aborts what an operator may approve', async () => {
  const setup = await startAll();
  const by = setup.people.lena.user.id;
  await setup.board.put(sampleView());
  const { told, press } = await pressing(setup, [
    'mw1|pause|k7f3',
    'mw1|resume|k7f3',
    'mw1|agree|k7f3|restart:cluster-b',
    'mw1|abort|k7f3',
  ]);
  for (const label of ['0', '1', '2']) {
    const answer = await press(label);
    await answer.waitFor(({ text }) => text.includes('Paused before the next step'));
    expect(answer.ephemeral).toBe(true);
  }
  const asked = await press('3');
  expect({ ephemeral: asked.ephemeral, buttons: asked.buttons, told: told.length }).toEqual({
    ephemeral: true,
    buttons: ['Abort now'],
    told: 3,
  });
  const sure = await asked.click('Abort now');
  await sure.waitFor(({ text }) => text.includes('Paused before the next step'));
  expect(told).toEqual([
    { id: 'k7f3', op: 'pause', by },
    { id: 'k7f3', op: 'resume', by },
    { id: 'k7f3', op: 'agree', question: 'restart:cluster-b', by },
    { id: 'k7f3', op: 'abort', by },
  ]);
});

test('a root rotation, and one that Redis does not know, is only stopped by an operator', async () => {
  const setup = await startAll();
  await setup.board.put(sampleView({ id: 'root2', goal: { kind: 'root', speed: 'gentle' } }));
  const ids = ['mw1|resume|root2', 'mw1|abort|root2', 'mw1|abortnow|root2', 'mw1|agree|root2|retire', 'mw1|resume|lost', 'mw1|pause|root2'];
  const { told, press } = await pressing(setup, ids.slice(0, 5));
  const why = `### ◌ Not done\nYou are an operator here, and this needs an admin. Admins: <@${setup.people.mara.user.id}>.`;
  for (const label of ['0', '1', '2', '3', '4']) expect((await press(label)).text).toBe(why);
  expect(told).toEqual([]);
  const stop = await pressing(setup, ['mw1|pause|root2']);
  await (await stop.press('0')).waitFor(({ text }) => text.includes('Paused'));
  expect(stop.told).toEqual([{ id: 'root2', op: 'pause', by: setup.people.lena.user.id }]);
});

test('forged ids of changes, plans and questions reach nobody', async () => {
  const setup = await startAll();
  const ids = ['mw1|pause|../../x', 'mw1|pause', 'mw1|agree|k7f3|a b', 'mw1|approve|K7F3', 'mw1|approve|zzzz'];
  const { told, press } = await pressing(setup, ids);
  const texts = [];
  for (const label of ['0', '1', '2', '3', '4']) texts.push((await press(label)).text.split('\n')[1]);
  expect(texts).toEqual([
    'This button names no change',
    'This button names no change',
    'This button names no question',
    'This plan is no longer kept: plans are kept for 15 minutes',
    'This plan is no longer kept: plans are kept for 15 minutes',
  ]);
  expect(told).toEqual([]);
});

test('what runs is shown with its buttons; a viewer sees them and is refused', async () => {
  const setup = await startAll();
  const { d, people, answers } = setup;
  answers['list-changes'] = () => ({ intent: null, view: sampleView(), holds: [], backups: [], unseen: [] });
  const reply = await d.slash('mesh rotation', { user: people.jon });
  await reply.waitFor(({ buttons }) => buttons.includes('Pause'));
  expect((await reply.click('Pause', { user: people.jon })).text).toContain('this needs an operator');
  const audit = await d.slash('mesh audit', { user: people.lena, options: { count: 5 } });
  await audit.waitFor(({ text }) => text.includes('Nothing was recorded yet'));
  expect(audit.ephemeral).toBe(true);
});

test('commands say at once what does not fit together', async () => {
  const { d, people } = await startAll();
  const ask = async (options: Record<string, string>) =>
    (await d.slash('mesh rotate-ca', { user: people.lena, options })).text.split('\n').slice(1);
  expect(await ask({ scope: 'intermediate' })).toEqual([
    'Nothing was planned: scope:intermediate concerns one cluster',
    'Next: Name it with cluster.',
  ]);
  expect(await ask({ scope: 'root', cluster: 'cluster-b' })).toEqual([
    'Nothing was planned: a new root concerns every cluster',
    'Next: Leave out cluster and crl.',
  ]);
  expect(await ask({ scope: 'emergency', cluster: 'cluster-b', speed: 'fast' })).toEqual([
    'Nothing was planned: speed belongs to scope:root',
    'Next: Leave out speed.',
  ]);
  expect(await ask({ scope: 'intermediate', cluster: 'cluster-x' })).toEqual([
    'There is no cluster "cluster-x"',
    'Next: Choose one of cluster-a, cluster-b.',
  ]);
});

test('every command asks for the change that it names', async () => {
  const { d, people, answers } = await startAll();
  const asked: unknown[] = [];
  answers['plan-change'] = (input) => {
    asked.push(input);
    return { planned: { kind: 'nothing', says: ['It is so already'] } };
  };
  const by = people.lena.user.id;
  const ask = async (command: string, options: Record<string, string | boolean>) => {
    const reply = await d.slash(`mesh ${command}`, { user: people.lena, options });
    await reply.waitFor(({ text }) => text.includes('It is so already'));
  };
  const cluster = 'cluster-b';
  await ask('rotate-ca', { scope: 'root', speed: 'fast' });
  await ask('rotate-ca', { scope: 'emergency', cluster, crl: 'revoked' });
  await ask('adopt', { cluster, 'dry-run': true });
  await ask('restore', { cluster, backup: 'cacerts-backup-1' });
  await ask('release-hold', { cluster });
  expect(asked).toEqual([
    { goal: { kind: 'root', speed: 'fast' }, by },
    { goal: { kind: 'emergency', cluster, crl: 'revoked' }, by },
    { goal: { kind: 'adopt', cluster }, by, dryRun: true },
    { goal: { kind: 'restore', cluster, backup: 'cacerts-backup-1' }, by },
    { goal: { kind: 'releaseHold', cluster }, by },
  ]);
});
