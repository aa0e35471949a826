import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SetupTrials } from '../../../src/cli/doctor/ports.ts';
import { headingText, resultText, summaryText } from '../../../src/cli/doctor/render.ts';
import { CHECKS, type DoctorResult } from '../../../src/cli/doctor/result.ts';
import { runDoctor, type Part } from '../../../src/cli/doctor/run.ts';
import { CHANNEL, CLUSTER, CONFIG, DISCORD, GUILD, NOW, PROBES, seen, SERVER, TAILNET, WATCHED } from './setups.ts';

const TRIALS: SetupTrials = {
  cluster: async () => CLUSTER,
  tailnet: async () => TAILNET,
  probes: async () => PROBES,
  redis: async () => seen([SERVER]),
  discord: async () => DISCORD,
  webhook: async () => seen({ guild: GUILD, channel: CHANNEL }),
  fileMode: async () => 0o600,
};

async function run(
  only: Part | undefined,
  trials = TRIALS,
  config = CONFIG,
): Promise<{ readonly groups: readonly string[]; readonly results: readonly DoctorResult[] }> {
  const groups: string[] = [];
  const told: DoctorResult[] = [];
  const results = await runDoctor({
    config,
    secretFiles: ['/token'],
    trials,
    only,
    now: NOW,
    signal: new AbortController().signal,
    onGroup: (group) => void groups.push(group),
    onResult: (result) => void told.push(result),
  });
  expect(told).toEqual(results);
  return { groups, results };
}

describe('a run', () => {
  it.each([
    [undefined, ['configuration', 'a', 'b', 'Tailscale', 'Probes', 'Redis', 'Discord', 'Alerts']],
    ['clusters', ['configuration', 'a', 'b']],
    ['tailscale', ['configuration', 'Tailscale']],
    ['probes', ['configuration', 'Probes']],
    ['redis', ['configuration', 'Redis']],
    ['discord', ['configuration', 'Discord']],
    ['alerts', ['configuration', 'Alerts']],
  ] as const)('of %s tells its groups in order', async (only, groups) => {
    expect((await run(only)).groups).toEqual(groups);
  });

  it('tells the order of the configuration, whichever answers first', async () => {
    const first = Promise.withResolvers<typeof CLUSTER>();
    const cluster = (name: string): Promise<typeof CLUSTER> => {
      if (name === 'a') return first.promise;
      first.resolve(CLUSTER);
      return Promise.resolve(CLUSTER);
    };
    expect([...new Set((await run('clusters', { ...TRIALS, cluster })).results.map(({ group }) => group))]).toEqual([
      'configuration',
      'a',
      'b',
    ]);
  });

  it('measures only when everything else has answered', async () => {
    const order: string[] = [];
    const late = Promise.withResolvers<undefined>();
    const trials: SetupTrials = {
      ...TRIALS,
      discord: async () => {
        await late.promise;
        order.push('Discord answered');
        return DISCORD;
      },
      tailnet: async () => {
        order.push('the tailnet was tried');
        return TAILNET;
      },
      cluster: async () => {
        late.resolve(undefined);
        return CLUSTER;
      },
    };
    await run(undefined, trials);
    expect(order).toEqual(['Discord answered', 'the tailnet was tried']);
  });

  it('finds that two clusters are one', async () => {
    const { results } = await run('clusters');
    expect(results.filter(({ check }) => check === 'cluster-distinct').map(({ group, text }) => [group, text])).toEqual([
      ['b', 'This is the same cluster as a'],
    ]);
  });

  it('tries what is measured and told', async () => {
    const { results } = await run(undefined, TRIALS, WATCHED);
    const groups = new Set(['Tailscale', 'Probes', 'Alerts']);
    const told = results.filter(({ group, check }) => groups.has(group) || check === 'discord-escalation');
    expect(told.map(({ check, state }) => [check, state])).toEqual([
      ['tailscale-socket', 'ok'],
      ['tailscale-node', 'ok'],
      ['tailscale-key', 'ok'],
      ['tailscale-proxy', 'ok'],
      ['tailscale-control', 'ok'],
      ['probes-vantage', 'ok'],
      ['probes-workers', 'ok'],
      ['probes-gateways', 'ok'],
      ['probes-public', 'ok'],
      ['discord-escalation', 'failed'],
      ['alerts-webhook', 'ok'],
      ['alerts-heartbeat', 'ok'],
    ]);
  });

  it('asks for no webhook where there is none, and none without a bot', async () => {
    const webhook = (): Promise<never> => Promise.reject(new Error('it was asked'));
    const none = await run('alerts', { ...TRIALS, webhook });
    const botless = await run('alerts', { ...TRIALS, webhook }, { ...WATCHED, discord: undefined });
    expect([none, botless].map(({ results }) => results.find(({ check }) => check === 'alerts-webhook')?.text)).toEqual([
      'no fallback webhook is configured: alerts wait while the bot is away',
      'the fallback webhook not asked: it stands in for a bot, and none is configured',
    ]);
  });

  it('says what is not configured', async () => {
    const { results } = await run(undefined, TRIALS, { ...CONFIG, redis: undefined, discord: undefined });
    expect(results.filter(({ group }) => group === 'Redis' || group === 'Discord')).toEqual([
      { group: 'Redis', check: 'redis-reachable', state: 'untried', text: 'no Redis is configured: `status` works, the service does not' },
      { group: 'Discord', check: 'discord-token', state: 'untried', text: 'no bot is configured' },
    ]);
  });
});

describe('the text', () => {
  const failed: DoctorResult = {
    group: 'Redis',
    check: 'redis-eviction',
    state: 'failed',
    text: 'It throws data away when its memory is full',
    next: 'Set it, and the same in redis.conf:',
    paste: ['redis-cli config set maxmemory-policy noeviction'],
  };

  it('of a terminal of 80 columns', () => {
    expect(headingText('Redis', { colour: false, columns: 80 }) + resultText(failed, { colour: false, columns: 80 })).toBe(
      [
        '',
        'Redis',
        '▲ It throws data away when its memory is full  [redis-eviction]',
        '  Next: Set it, and the same in redis.conf:',
        '    redis-cli config set maxmemory-policy noeviction',
        '',
      ].join('\n'),
    );
  });

  it('of a narrow one breaks all but what is pasted', () => {
    expect(resultText(failed, { colour: false, columns: 40 }).split('\n')).toEqual([
      '▲ It throws data away when its memory is',
      '  full  [redis-eviction]',
      '  Next: Set it, and the same in',
      '  redis.conf:',
      '    redis-cli config set maxmemory-policy noeviction',
      '',
    ]);
  });

  it('of what is well is one line, and so is what was not tried', () => {
    const options = { colour: false, columns: 80 };
    expect(resultText({ group: 'x', check: 'redis-role', state: 'ok', text: 'takes writes' }, options)).toBe('● takes writes\n');
    expect(resultText({ group: 'x', check: 'redis-role', state: 'untried', text: 'not tried' }, options)).toBe('◌ not tried\n');
  });

  it('ends with how it went', () => {
    expect(summaryText([failed], { colour: false, columns: 80 })).toBe(
      '\n● 0 ok · △ 0 warnings · ▲ 1 failed · ◌ 0 not tried\nMend what failed, from the top, and run it again. docs/doctor.md has a heading\nfor each [name].\n',
    );
    expect(summaryText([], { colour: false, columns: 80 })).toBe(
      '\n● 0 ok · △ 0 warnings · ▲ 0 failed · ◌ 0 not tried\nmeshwarden can start.\n',
    );
    expect(
      summaryText([{ group: 'redis', check: 'redis-role', state: 'untried', text: 'not tried' }], { colour: false, columns: 80 }),
    ).toBe('\n● 0 ok · △ 0 warnings · ▲ 0 failed · ◌ 1 not tried\nNothing that was tried stands in the way.\n');
  });
});

describe('docs/doctor.md', () => {
  it('has a heading for each check, in order', () => {
    const text = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
    expect([...text.matchAll(/^## (?<name>\S+)$/gm)].map(({ groups }) => groups?.['name'])).toEqual([...CHECKS]);
  });
});
