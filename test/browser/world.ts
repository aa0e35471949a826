/** A guild with every kind of message that the page must show. All of it is what Discord's API would send. */
import { ApplicationCommandOptionType, ApplicationCommandType, type APIApplicationCommand } from 'discord-api-types/v10';
import type { ChannelView, FaultView, WorldView } from '../../lab/page/contract.ts';
import { cards } from './world-cards.ts';
import { answers, formats } from './world-messages.ts';
import { bot, ids, minutesAgo, now, people, user, write } from './world-parts.ts';

const cluster = {
  type: ApplicationCommandOptionType.String as const,
  name: 'cluster',
  description: 'Only this cluster',
};

const commands: readonly APIApplicationCommand[] = [
  {
    id: '300000000000000001',
    type: ApplicationCommandType.ChatInput,
    application_id: ids.bot,
    version: '1',
    default_member_permissions: null,
    name: 'mesh',
    description: 'The mesh',
    options: [
      {
        type: ApplicationCommandOptionType.Subcommand,
        name: 'status',
        description: 'Clusters, link, gateways and certificates on one card',
        options: [{ ...cluster, autocomplete: true }],
      },
      { type: ApplicationCommandOptionType.Subcommand, name: 'certs', description: 'What is signed by whom, and what renews when' },
      {
        type: ApplicationCommandOptionType.Subcommand,
        name: 'rotate-ca',
        description: 'A new intermediate or root, step by step',
        options: [
          {
            type: ApplicationCommandOptionType.String,
            name: 'scope',
            description: 'What is replaced',
            required: true,
            choices: [
              { name: 'Intermediate', value: 'intermediate' },
              { name: 'Root', value: 'root' },
            ],
          },
          { ...cluster, autocomplete: true },
          { type: ApplicationCommandOptionType.Boolean, name: 'dry-run', description: 'Only show the plan' },
        ],
      },
      { type: ApplicationCommandOptionType.Subcommand, name: 'help', description: 'What the bot can do' },
    ],
  },
];

export const faults: readonly FaultView[] = [
  {
    id: 'api-b',
    title: 'Stop the API of cluster-b',
    explain: 'Status says that cluster-b cannot be looked at, and nothing about it is guessed.',
    group: 'Clusters',
    kind: 'toggle',
    on: false,
  },
  {
    id: 'cacerts-a',
    title: 'Break cacerts of cluster-a',
    explain: 'Its key no longer matches its certificate: a finding names the Secret.',
    group: 'Certificates',
    kind: 'toggle',
    on: true,
  },
  {
    id: 'advance-day',
    title: 'Advance the clock by a day',
    explain: 'Every certificate is a day older; timestamps on this page age with it.',
    group: 'Time',
    kind: 'action',
    on: false,
  },
  {
    id: 'mute-discord',
    title: 'Mute Discord',
    explain: 'The bot hears nothing: commands are refused with “The application did not respond”.',
    group: 'Services',
    kind: 'toggle',
    on: false,
  },
];

function alerts(): ChannelView {
  const lena = user(people[1]);
  return {
    id: ids.alerts,
    name: 'alerts',
    topic: 'One message per incident, edited as it goes',
    messages: [
      write({
        id: '200000000000000501',
        channel: ids.alerts,
        at: minutesAgo(26 * 60),
        content: 'Renewal of `cluster-b` is overdue by 6 hours.',
      }),
      write({
        id: '200000000000000502',
        channel: ids.alerts,
        at: minutesAgo(25),
        content: '▲ PAGE · Link **cluster-a → cluster-b** is down',
      }),
      write({ id: '200000000000000503', channel: ids.alerts, at: minutesAgo(20), content: `<@${ids.lena}> acked it.`, mentions: [lena] }),
    ],
  };
}

function incident(): ChannelView {
  return {
    id: ids.incident,
    name: 'Link cluster-a → cluster-b',
    topic: '',
    parent: { channel: ids.alerts, message: '200000000000000502' },
    messages: [
      write({
        id: '200000000000000601',
        channel: ids.incident,
        at: minutesAgo(24),
        content: 'gw-b answers no ping at any layer since 13:37:40.',
      }),
      write({ id: '200000000000000602', channel: ids.incident, at: minutesAgo(12), content: 'gw-b is back, up since 13:48:44.' }),
    ],
  };
}

/** Fresh each time, so that one test cannot change another's. */
export function createWorld(): WorldView {
  return {
    revision: 1,
    clock: { now, offsetMs: 0 },
    guild: { id: ids.guild, name: 'Home lab' },
    people,
    roles: [{ id: ids.onCall, name: 'on-call' }],
    bot: { id: ids.bot, name: bot.username, online: true, status: '2 clusters healthy' },
    channels: [
      { id: ids.mesh, name: 'mesh', topic: 'Ask the mesh: /mesh status', messages: cards() },
      { id: ids.formats, name: 'formats', topic: 'Everything that markdown can say', messages: formats() },
      { id: ids.answers, name: 'answers', topic: '', messages: answers() },
      alerts(),
      incident(),
    ],
    commands,
  };
}
