import { describe, expect, it } from 'vitest';
import { refusal, roleOf, type AccessRules, type Person } from '../../src/bot/access.ts';
import { COMMANDS } from '../../src/bot/commands/index.ts';
import { customId, readCustomId } from '../../src/bot/custom-id.ts';
import { commandBody, isRegistered } from '../../src/bot/register.ts';
import { scopeOf } from '../../src/bot/scope.ts';
import { waitAfter } from '../../src/bot/supervise.ts';

const RULES: AccessRules = {
  guild: '1',
  viewer: { roles: ['20'], users: [] },
  operator: { roles: ['30'], users: ['3'] },
  admins: ['4'],
};
const person = (id: string, ...roles: readonly string[]): Person => ({ id, name: 'x', roles });

describe('who may', () => {
  it.each([
    ['a stranger', person('9', '99'), undefined],
    ['a viewer by role', person('9', '20'), 'viewer'],
    ['an operator by role', person('9', '20', '30'), 'operator'],
    ['an operator by id', person('3'), 'operator'],
    ['an admin by id', person('4'), 'admin'],
  ] as const)('knows %s', (_name, who, role) => {
    expect(roleOf(who, RULES)).toBe(role);
  });

  it('says why not, and whom to ask', () => {
    expect(refusal(person('3'), 'viewer', RULES)).toBeUndefined();
    expect(refusal(person('9'), 'viewer', RULES)).toBe('You have no role with meshwarden, and this needs a viewer. Ask <@&20> or <@4>.');
    expect(refusal(person('9', '20'), 'operator', RULES)).toBe(
      'You are a viewer here, and this needs an operator. Ask <@&30>, <@3> or <@4>.',
    );
    expect(refusal(person('3'), 'admin', RULES)).toBe('You are an operator here, and this needs an admin. Admins: <@4>.');
    expect(refusal(person('3'), 'admin', { ...RULES, admins: [] })).toBe(
      'You are an operator here, and this needs an admin. Nobody is an admin yet: set discord.admins in the configuration.',
    );
  });
});

describe('custom ids', () => {
  it('come back as they went', () => {
    expect(readCustomId(customId('recheck', 'cluster-a', 'cluster-b'))).toEqual({ name: 'recheck', args: ['cluster-a', 'cluster-b'] });
  });

  it.each(['', 'mw1', 'mw1|', 'mw0|recheck', 'recheck', '|recheck', 'x'.repeat(100)])('does not know %j', (id) => {
    expect(readCustomId(id)).toBeUndefined();
  });

  it('are never longer than Discord takes', () => {
    expect(() => customId('recheck', 'x'.repeat(100))).toThrow('Discord takes 100');
  });
});

const NAMES = [
  'status',
  'alerts',
  'ack',
  'silence',
  'unsilence',
  'probe',
  'certs',
  'rotate-ca',
  'rotation',
  'distribute',
  'adopt',
  'restore',
  'release-hold',
  'jobs',
  'audit',
  'help',
  'bot',
];

describe('registration', () => {
  const body = commandBody(COMMANDS);

  it('is the list of commands', () => {
    expect(body).toMatchObject([{ name: 'mesh', options: NAMES.map((name) => ({ name })) }]);
  });

  it('is done where Discord says the same with its own fields beside it, and without defaults', () => {
    const there = body.map((command) => ({ id: '1', version: '2', ...command }));
    expect(isRegistered(body, there)).toBe(true);
    expect(
      isRegistered(
        body,
        JSON.parse(
          JSON.stringify(there).replaceAll('"required":false,', '').replaceAll(',"required":false', '').replaceAll(',"options":[]', ''),
        ),
      ),
    ).toBe(true);
  });

  it('is not where anything differs', () => {
    expect(isRegistered(body, [])).toBe(false);
    expect(isRegistered(body, [...body, ...body])).toBe(false);
    expect(isRegistered(body, JSON.parse(JSON.stringify(body).replace('Only this cluster', 'Only that cluster')))).toBe(false);
    expect(isRegistered(body, undefined)).toBe(false);
  });
});

describe('what is asked for', () => {
  it('is all clusters, or those named', () => {
    expect([scopeOf([], ['a']), scopeOf(['a'], ['a', 'b'])]).toEqual([{}, { only: ['a'] }]);
  });

  it('is refused for a name that is no cluster', () => {
    expect(() => scopeOf(['z'], ['a', 'b'])).toThrow('There is no cluster "z"');
  });
});

describe('the back-off of the bot', () => {
  it('doubles from five seconds to ten minutes, with up to a quarter more', () => {
    expect([1, 2, 3, 8, 50].map((failures) => waitAfter(failures, 0))).toEqual([5_000, 10_000, 20_000, 600_000, 600_000]);
    expect(waitAfter(1, 0.8)).toBe(6_000);
  });
});
