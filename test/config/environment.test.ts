import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/config/sources.ts';
import { faultsOf, nodeError } from './sources.ts';

const ID = '"123456789012345678"';
const CLUSTERS = 'clusters: [{ name: a, network: n, roles: [signer] }]\n';

describe('src/config/environment.ts', () => {
  const DISCORD = `${CLUSTERS}discord: { tokenFile: t, guild: ${ID}, channels: { alerts: ${ID} } }\n`;
  const NO_FILE = DISCORD.replace('tokenFile: t, ', '');

  test.each<[string, string, Environment, Readonly<Record<string, string | Error>>, readonly string[]]>([
    [
      'no token at all',
      NO_FILE,
      {},
      {},
      [
        '2:10 discord.tokenFile: expected a bot token, found nothing. Name a file in discord.tokenFile, or set MESHWARDEN_DISCORD_TOKEN or MESHWARDEN_DISCORD_TOKEN_FILE.',
      ],
    ],
    ['a file that is missing', DISCORD, {}, {}, ['2:23 discord.tokenFile: expected a file that holds the secret, found no such file']],
    [
      'a file that is a directory',
      DISCORD,
      {},
      { '/t': nodeError('EISDIR') },
      ['2:23 discord.tokenFile: expected a file that holds the secret, found a directory'],
    ],
    ['a file that is empty', DISCORD, {}, { '/t': ' \n' }, ['2:23 discord.tokenFile: expected a secret, found nothing']],
    [
      'a file that holds two lines',
      DISCORD,
      {},
      { '/t': 'one\ntwo\n' },
      ['2:23 discord.tokenFile: expected the secret and nothing else, found text with spaces or several lines'],
    ],
    [
      'a file that holds more',
      DISCORD,
      {},
      { '/t': 'TOKEN = x' },
      ['2:23 discord.tokenFile: expected the secret and nothing else, found text with spaces or several lines'],
    ],
    [
      'a value and a file',
      NO_FILE,
      { MESHWARDEN_DISCORD_TOKEN: 'x', MESHWARDEN_DISCORD_TOKEN_FILE: '/t' },
      { '/t': 'y' },
      ['MESHWARDEN_DISCORD_TOKEN: expected either MESHWARDEN_DISCORD_TOKEN or MESHWARDEN_DISCORD_TOKEN_FILE, found both'],
    ],
    [
      'a missing file of a variable',
      CLUSTERS,
      { MESHWARDEN_REDIS_PASSWORD_FILE: 'run/pw' },
      {},
      ['MESHWARDEN_REDIS_PASSWORD_FILE: expected a file that holds the secret, found no such file at /srv/run/pw'],
    ],
    [
      'a slip in the name of a variable, but not the variables of other people',
      CLUSTERS,
      { MESHWARDEN_DISCORD_TOKNE: 'x', MESHWARDEN_SERVICE_HOST: '10.0.0.1', MESHWARDEN_PORT: 'tcp://10.0.0.1' },
      {},
      ['MESHWARDEN_DISCORD_TOKNE: expected a variable that is read, found an unknown name; did you mean MESHWARDEN_DISCORD_TOKEN'],
    ],
    ['a token of the environment before the one of the file, which is fine', DISCORD, { MESHWARDEN_DISCORD_TOKEN: 'x' }, {}, []],
  ])('finds %s', async (_, text, environment, files, expected) => {
    expect(await faultsOf(text, environment, files)).toEqual(expected);
  });
});
