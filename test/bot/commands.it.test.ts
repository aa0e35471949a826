import { expect, test } from 'vitest';
import { OperatorError } from '../../src/core/errors.ts';
import { gate, setUp, startAll } from './product.ts';
import { AT, finding, meshStatus } from './samples.ts';

const AGO = `<t:${AT / 1000}:R>`;

test('/mesh status answers with one card that everybody sees', async () => {
  const { d, people } = await startAll();
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy · 2 clusters'));
  expect({ ephemeral: reply.ephemeral, buttons: reply.buttons, first: reply.text.split('\n')[0] }).toEqual({
    ephemeral: false,
    buttons: ['Details', 'Re-check'],
    first: `### ● Mesh healthy · 2 clusters · ${AGO}`,
  });
});

test('/mesh status cluster:… asks for that cluster alone, and Re-check asks for it again in the same message', async () => {
  const { d, people, answers } = await startAll();
  const asked: unknown[] = [];
  answers['observe-mesh'] = (input) => {
    asked.push(input);
    return meshStatus({ only: ['cluster-b'] }, ['cluster-b']);
  };
  const reply = await d.slash('mesh status', { user: people.jon, options: { cluster: 'cluster-b' } });
  await reply.waitFor(({ text }) => text.includes('● cluster-b healthy'));
  answers['observe-mesh'] = (input) => {
    asked.push(input);
    const problems = [{ finding: finding(), hides: [] }];
    return meshStatus({ only: ['cluster-b'], report: { verdict: 'problems', problems, notes: [], passed: 3, unseen: [], errored: [] } });
  };
  const again = await reply.click('Re-check', { user: people.lena });
  await again.waitFor(({ text }) => text.includes('▲ cluster-b: 1 problem'));
  expect(asked).toEqual([{ only: ['cluster-b'] }, { only: ['cluster-b'] }]);
  expect(again.message.id).toBe(reply.message.id);
});

test('a cluster that is none is told at once, with those there are', async () => {
  const { d, people } = await startAll();
  const reply = await d.slash('mesh status', { user: people.jon, options: { cluster: 'cluster-x @everyone' } });
  expect({ ephemeral: reply.ephemeral, text: reply.text }).toEqual({
    ephemeral: true,
    text: '### ▲ That did not work\nThere is no cluster "cluster-x @\u200Beveryone"\nNext: Choose one of cluster-a, cluster-b.',
  });
});

test('Details shows what stands behind the card to whoever pressed, with a file', async () => {
  const { d, people } = await startAll();
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ buttons }) => buttons.includes('Details'));
  const details = await reply.click('Details', { user: people.jon });
  await details.waitFor(({ text }) => text.includes('38 checks passed'));
  const [file] = d.files(details.message);
  expect({ ephemeral: details.ephemeral, starts: file?.bytes.toString().split('\n')[0] }).toEqual({
    ephemeral: true,
    starts: 'Mesh status of 2026-11-24T12:00:00Z',
  });
});

test('/mesh certs, /mesh help and /mesh bot', async () => {
  const { d, people } = await startAll();
  const certs = await d.slash('mesh certs', { user: people.jon });
  await certs.waitFor(({ text }) => text.includes('Intermediate of cluster-a'));
  const help = await d.slash('mesh help', { user: people.mara });
  expect({ certs: certs.ephemeral, help: help.ephemeral }).toEqual({ certs: false, help: true });
  expect(help.text.split('\n').filter((line) => line.startsWith('**'))).toEqual([
    '**/mesh status** `[cluster]` Clusters, links, gateways, certificate authority, open problems',
    '**/mesh alerts** What is open, acknowledged, silenced, and what was',
    '**/mesh ack** `<incident> [hours]` Take an alert: you have it in hand (operator)',
    '**/mesh silence** `<match> <duration> <reason>` Hear nothing of a subject for a while (operator)',
    '**/mesh unsilence** `<id>` End a silence before its time (operator)',
    '**/mesh probe** `<from> <to>` Measure the way to a cluster, layer by layer',
    '**/mesh certs** What is signed by whom, until when, and what renews next',
    '**/mesh rotate-ca** `<scope> [cluster] [speed] [crl] [dry-run]` A new intermediate, a new root, or a new key now (operator)',
    '**/mesh rotation** What is under way: pause, resume, abort',
    '**/mesh distribute** `[cluster] [dry-run]` Bring what cert-manager issued to the clusters (operator)',
    '**/mesh adopt** `<cluster> [dry-run]` Take over a cacerts that somebody else made (operator)',
    '**/mesh restore** `<cluster> <backup> [dry-run]` Put a backup of a cacerts back (operator)',
    '**/mesh release-hold** `<cluster>` Let a certificate be published again that was held back (operator)',
    '**/mesh jobs** What runs, what is held back, which backups there are',
    '**/mesh audit** `[count]` Who did what, for your eyes (operator)',
    '**/mesh help** What you can ask, and what you may',
    "**/mesh bot** The bot's own health: Discord, Redis, workers, schedules",
  ]);
  const health = await d.slash('mesh bot', { user: people.lena });
  await health.waitFor(({ text }) => text.includes('1 worker ·'));
  expect(health.ephemeral).toBe(true);
});

test('a stranger is refused everywhere, buttons and completion included; rights that were taken are gone at once', async () => {
  const { d, people } = await startAll();
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ buttons }) => buttons.includes('Details'));
  const who = { user: people.stranger };
  const refused = [
    await d.slash('mesh status', who),
    await d.slash('mesh certs', who),
    await d.slash('mesh help', who),
    await d.slash('mesh bot', who),
    await reply.click('Details', who),
    await reply.click('Re-check', who),
  ];
  const answer = `### ◌ Not done\nYou have no role with meshwarden, and this needs a viewer. Ask <@&${people.viewerRole.id}> or <@${people.mara.user.id}>.`;
  expect(refused.map(({ ephemeral, text }) => ({ ephemeral, text }))).toEqual(refused.map(() => ({ ephemeral: true, text: answer })));
  expect(await d.autocomplete('mesh status', { cluster: '' }, people.stranger)).toEqual([]);
  people.jon.roles.length = 0;
  expect((await reply.click('Re-check', { user: people.jon })).text).toBe(answer);
});

test('completion finds clusters by any part of their name, those that begin with it first, and at most 25', async () => {
  const clusters = Array.from({ length: 100 }, (_, index) => `edge-${String(index).padStart(3, '0')}`);
  const { d, people } = await startAll({ clusters: [...clusters, '00-core'] });
  const choices = async (typed: string) => (await d.autocomplete('mesh status', { cluster: typed }, people.jon)).map(({ value }) => value);
  expect(await choices('')).toEqual(clusters.slice(0, 25));
  expect(await choices('EDGE-09')).toEqual(clusters.slice(90, 100));
  expect(await choices('00')).toEqual(['00-core', ...clusters.slice(0, 10)]);
  expect(await choices('nothing')).toEqual([]);
});

test('a failed job says what, why and what next', async () => {
  const { d, people, answers } = await startAll();
  answers['observe-mesh'] = () => {
    throw new OperatorError({ reason: 'invalid', what: 'Cannot look', where: 'cluster-b', why: 'it is **bold**', next: 'Run `x`.' });
  };
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('Next:'));
  expect(reply.text).toBe('### ▲ The mesh could not be looked at\nCannot look (cluster-b): it is \\*\\*bold\\*\\*\nNext: Run `x`.');
});

test('an answer of another shape is not misread', async () => {
  const { d, people, answers } = await startAll();
  answers['observe-mesh'] = () => ({ fresh: 'shape' });
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('Next:'));
  expect(reply.text).toContain('Run bot and workers of the same version.');
});

test('what is being done is shown while it takes long, and the last word stays', async () => {
  const { d, people, answers } = await startAll({ faster: 20 });
  const done = gate<undefined>();
  answers['observe-mesh'] = async (_input, { progress }) => {
    progress('Looking at every cluster');
    await done.opened;
    return meshStatus();
  };
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('◌ Looking at every cluster…'));
  done.open(undefined);
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  expect(reply.transcript().at(-1)).toContain('● Mesh healthy');
});

test('without a worker the message says so, and is answered when one comes', async () => {
  const setup = await setUp({ faster: 20 });
  await setup.startBot();
  const reply = await setup.d.slash('mesh status', { user: setup.people.jon });
  await reply.waitFor(({ text }) => text.includes('No worker runs'));
  setup.startWorker();
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  expect(await setup.context.jobs.counts()).toEqual({ waiting: 0, active: 0, failed: 0, workers: 1 });
});
