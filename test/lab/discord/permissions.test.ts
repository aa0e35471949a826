import { PermissionFlagsBits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { has, permissionsIn } from '../../../lab/discord/permissions.ts';
import { addChannel, addMember, addRole, createWorld, type Overwrite } from '../../../lab/discord/world.ts';

const SEND = PermissionFlagsBits.SendMessages;
const VIEW = PermissionFlagsBits.ViewChannel;

type Who = 'everyone' | 'operator' | 'lena';

/** Whether lena, an operator, sees the channel and may write in it, given what it says of whom. */
function lena(rights: bigint, overwrites: readonly (readonly [who: Who, allow: bigint, deny: bigint])[]): [sees: boolean, writes: boolean] {
  const world = createWorld(createLabClock());
  const operator = addRole(world, 'operator', rights);
  const member = addMember(world, 'lena', [operator]);
  const channel = addChannel(world, 'mesh', '');
  const ids: Record<Who, string> = { everyone: world.guild.id, operator: operator.id, lena: member.user.id };
  channel.overwrites.push(
    ...overwrites.map(([who, allow, deny]): Overwrite => ({ id: ids[who], type: who === 'lena' ? 1 : 0, allow, deny })),
  );
  const granted = permissionsIn(world, member, channel);
  return [has(granted, 'ViewChannel'), has(granted, 'SendMessages')];
}

describe('lab/discord/permissions', () => {
  it.for([
    ['roles alone', 0n, [], [true, true]],
    ['a channel that denies everyone', 0n, [['everyone', 0n, SEND]], [true, false]],
    [
      'a role that is allowed what everyone is denied',
      0n,
      [
        ['everyone', 0n, SEND],
        ['operator', SEND, 0n],
      ],
      [true, true],
    ],
    [
      'a person who is denied what the role is allowed',
      0n,
      [
        ['operator', SEND, 0n],
        ['lena', 0n, SEND],
      ],
      [true, false],
    ],
    [
      'whatever order they stand in',
      0n,
      [
        ['lena', SEND, 0n],
        ['operator', 0n, SEND],
      ],
      [true, true],
    ],
    ['a channel that is not seen, where nothing else counts', 0n, [['everyone', SEND, VIEW]], [false, false]],
    [
      'an administrator, for whom nothing is denied',
      PermissionFlagsBits.Administrator,
      [
        ['everyone', 0n, VIEW],
        ['lena', 0n, SEND],
      ],
      [true, true],
    ],
  ] as const)('reckons with %s', ([, rights, overwrites, expected]) => {
    expect(lena(rights, overwrites)).toEqual(expected);
  });

  it('takes a thread for part of its channel', () => {
    const world = createWorld(createLabClock());
    const channel = addChannel(world, 'mesh', '');
    channel.overwrites.push({ id: world.guild.id, type: 0, allow: 0n, deny: VIEW });
    const about = {
      parentId: channel.id,
      ownerId: world.bot.user.id,
      createdAt: 0,
      archivedAt: 0,
      autoArchiveMinutes: 60,
      archived: false,
      locked: false,
    } as const;
    const thread = { ...addChannel(world, 'thread', ''), thread: { ...about } };
    expect(permissionsIn(world, addMember(world, 'jon', []), thread)).toBe(0n);
  });
});
