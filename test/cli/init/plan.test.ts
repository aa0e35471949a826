import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeAnswers } from '../../../src/cli/init/complete.ts';
import { applicationOf, inviteUrl } from '../../../src/cli/init/invite.ts';
import { planInit } from '../../../src/cli/init/plan.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { sourcesOf } from '../../config/sources.ts';

/** Names as people give contexts: anything but the comma that separates them. */
const contextName = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }),
    fc.constantFrom('true', '7', '0x1f', '~', '# a', 'a: b', '\ufffd', '.inf'),
  )
  .map((name) => name.replaceAll(',', ''))
  .filter((name) => name.trim() === name && name !== '' && name !== 'all');
const snowflake = fc.bigInt({ min: 10n ** 16n, max: 10n ** 20n - 1n }).map(String);
const network = fc.stringMatching(/^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,10}[A-Za-z0-9])?$/);
const gateway = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constant(''));

const filled = fc.uniqueArray(contextName, { minLength: 1, maxLength: 5 }).chain((names) =>
  fc.record({
    names: fc.constant(names),
    signer: fc.constantFrom(...names),
    edge: fc.subarray(names),
    networks: fc.array(network, { minLength: names.length, maxLength: names.length }),
    gateways: fc.uniqueArray(gateway, { minLength: names.length, maxLength: names.length }),
    file: fc.constantFrom('/srv/sub/kubeconfig', '/elsewhere/true', '/srv/a b: c #d'),
    discord: fc.option(fc.record({ guild: snowflake, alerts: snowflake, admin: fc.option(snowflake, { nil: '' }) }), { nil: undefined }),
  }),
);

describe('src/cli/init/plan.ts', () => {
  test('whatever complete answers say, the file loads without a fault and says the same', async () => {
    await fc.assert(
      fc.asyncProperty(filled, async ({ names, signer, edge, networks, gateways, file, discord }) => {
        const contexts = names.map((name) => ({ name, file, server: 'https://k', isCurrent: false, execPlugin: undefined }));
        const given = new Map([
          ['contexts', names.join(',')],
          ['signer', signer],
          ['edge', edge.join(',')],
          ['discord', discord === undefined ? 'no' : 'yes'],
          ...Object.entries(discord ?? {}),
          ...names.map((name, index): [string, string] => [`network:${name}`, networks[index] ?? '']),
          ...names.map((name, index): [string, string] => [`gateway:${name}`, gateways[index] ?? '']),
        ]);
        const { answers, faults } = completeAnswers(contexts, given);
        expect(faults).toEqual([]);
        const { text } = planInit(contexts, answers, '/srv/meshwarden.yaml');
        const loaded = await parseConfig(text, '/srv/meshwarden.yaml', 'read', sourcesOf({}, { MESHWARDEN_DISCORD_TOKEN: 'x' }));
        expect(loaded).toMatchObject({
          kind: 'config',
          config: {
            clusters: names.map((name, index) => ({
              context: name,
              network: networks[index],
              roles: [...(edge.includes(name) ? ['edge'] : []), ...(signer === name ? ['signer'] : [])],
              kubeconfig: [file],
              gateway: gateways[index] === '' ? undefined : { address: gateways[index], port: 15_443 },
            })),
            discord:
              discord === undefined
                ? undefined
                : { guild: discord.guild, channels: { alerts: discord.alerts }, admins: discord.admin === '' ? [] : [discord.admin] },
          },
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('src/cli/init/invite.ts', () => {
  test.each<[string, string | undefined]>([
    ['MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs', '198622483471925248'],
    ['not-a-token', undefined],
    ['', undefined],
  ])('the application of %s is %s', (token, expected) => {
    expect(applicationOf(token)).toBe(expected);
  });

  test('asks for what the bot does and for nothing more', () => {
    const { origin, pathname, searchParams } = new URL(inviteUrl('198622483471925248'));
    const bits = BigInt(searchParams.get('permissions') ?? '0');
    const set = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n);
    expect({ at: origin + pathname, scope: searchParams.get('scope'), client: searchParams.get('client_id'), set }).toEqual({
      at: 'https://discord.com/oauth2/authorize',
      scope: 'bot applications.commands',
      client: '198622483471925248',
      set: [10, 11, 14, 15, 16, 35, 38],
    });
  });
});
