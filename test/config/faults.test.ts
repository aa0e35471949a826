import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { faultsOf, nodeError, sourcesOf } from './sources.ts';

const CLUSTERS = 'clusters: [{ name: a, network: n, roles: [signer] }]\n';

/** A file with one section more than it needs; the section begins in line 2. */
const withSection = (section: string): string => `${CLUSTERS}${section}\n`;
const cluster = (fields: string): string => `clusters: [{ name: a, network: n, roles: [signer], ${fields} }]\n`;

/** Ten levels of lists, each of ten aliases to the one before. */
function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 10 }, () => `*l${level}`).join(', ')}]`,
  );
  return ['l0: &l0 [x]', ...levels].join('\n');
}

describe('src/config: faults', () => {
  test('tells all of them at once, in the order of the file', async () => {
    const text = [
      'mesh: { id: Mesh One, trustDoman: x }',
      'clusters:',
      '  - name: cluster-a',
      '    network: network a',
      '    roles: [edge, singer]',
      '    gatway: { address: 1 }',
      '  - name: cluster-a',
      '    roles: edge',
      '    context: b',
      '    gateway: { address: "100.64.0.10:15443", port: 99999 }',
      '  - 5',
      'discord:',
      '  guild: 1234567890123456789',
      '  channels: { alerts: "123" }',
      '  api: http://example.com',
      '  admins: 5',
      'redis: { url: hunter2, sentinels: [] }',
      'schedules: { observe-mesh: "61 * * * *", check-ca-expry: off }',
      'renewal: { overdueAfter: 30 }',
      'log: { level: warning }',
    ].join('\n');
    expect(await faultsOf(text, { REDIS_URL: 'http://x', MESHWARDEN_DISCORD_TOKEN_FILE: '/t' }, { '/t': nodeError('EACCES') })).toEqual([
      '1:13 mesh.id: expected lower-case letters, digits and dashes, at most 63, found "Mesh One"',
      '1:23 mesh.trustDoman: expected one of id, trustDomain, istioNamespace, found an unknown name; did you mean trustDomain',
      '2:1 clusters: expected one cluster with the role signer, found none. Give it to the cluster that keeps the root.',
      '4:14 clusters[0].network: expected letters, digits, dashes, dots and underscores, at most 63, found "network a"',
      '5:19 clusters[0].roles[1]: expected edge or signer, found "singer"; did you mean signer',
      '6:5 clusters[0].gatway: expected one of name, network, roles, kubeconfig, context, gateway, application, found an unknown name; did you mean gateway',
      '7:5 clusters[1].network: expected letters, digits, dashes, dots and underscores, at most 63, found nothing',
      '7:11 clusters[1].name: expected a name that no other cluster has, found the one of clusters[0]',
      '8:12 clusters[1].roles: expected a list of roles: edge, signer, found "edge"',
      '10:25 clusters[1].gateway.address: expected an IP address or a host name, without a port, found "100.64.0.10:15443"',
      '10:52 clusters[1].gateway.port: expected a port, 1 to 65535, found the number 99999',
      '11:5 clusters[2]: expected a mapping, found the number 5',
      '13:10 discord.guild: expected a Discord id: 17 to 20 digits in quotes, found the number 1234567890123456789. Put it in quotes: as a number it loses its last digits.',
      '14:23 discord.channels.alerts: expected a Discord id: 17 to 20 digits in quotes, found "123"',
      '15:8 discord.api: expected an https address (http only on this machine), found "http://example.com"',
      '16:11 discord.admins: expected a list of Discord ids, found the number 5',
      '17:8 redis: expected one of url, sentinels and cluster, found url and sentinels',
      '17:15 redis.url: expected redis://host:port/database, or rediss:// for TLS, found a value that is not shown',
      '17:35 redis.sentinels: expected at least one host:port, found an empty list',
      '18:28 schedules.observe-mesh: expected a cron expression such as "*/5 * * * *", or off (its minute is not possible), found "61 * * * *"',
      '18:42 schedules.check-ca-expry: expected one of observe-mesh, check-ca-expiry, distribute-cacerts, advance-changes, probe-links, probe-mesh, verify-public-path, audit-schedules, found an unknown name; did you mean check-ca-expiry',
      '19:26 renewal.overdueAfter: expected a length of time such as 30s, 15m, 6h or 7d, found the number 30. Add a unit.',
      '20:15 log.level: expected debug, info, warn, error or silent, found "warning"; did you mean warn',
      'MESHWARDEN_DISCORD_TOKEN_FILE: expected a file that holds the secret, found a file that may not be read at /t',
      'REDIS_URL: expected redis://user:password@host:port/database, or rediss:// for TLS, found a value that is not shown',
    ]);
  });

  test.each<[string, string, readonly string[]]>([
    ['an empty file', '', ['1:1 expected a mapping, found nothing']],
    ['a file of comments', '# nothing\n', ['1:1 expected a mapping, found nothing']],
    ['a word', 'hello', ['1:1 expected a mapping, found "hello"']],
    ['a list', '- a', ['1:1 expected a mapping, found a list']],
    ['bytes that are no text', 'a: \0', ['expected YAML text in UTF-8, found bytes that are no text']],
    ['bytes that are no UTF-8', 'a: \ufffd', ['expected YAML text in UTF-8, found bytes that are no text']],
    ['a megabyte', 'x'.repeat(1024 * 1024), ['expected at most 256 KiB, found 1024 KiB']],
    ['a tab', 'clusters:\n\t- name: a', ['2:1 expected spaces for indentation, not tabs']],
    ['two documents', `${CLUSTERS}---\na: 1\n`, ['2:1 expected one document: no second ---']],
    [
      'a quote left open',
      'a: "b',
      ['1:6 expected a character that is missing here. Look for a quote, a bracket, a comma or a colon with its space.'],
    ],
    [
      'a cron expression without quotes',
      `${CLUSTERS}schedules:\n  observe-mesh: * * * * *\n`,
      ['3:17 expected a value in quotes: outside of them * begins an alias'],
    ],
    ['an alias without its anchor', `${CLUSTERS}log: *level\n`, ['2:6 expected a value in quotes: outside of them * begins an alias']],
    ['a tag', `${CLUSTERS}log: { level: !x info }\n`, ['2:15 expected no tag of its own kind (!…)']],
    ['aliases that grow', bomb(), ['1:1 expected fewer aliases']],
    ['a name that is no text', '? [a]\n: b\n', ['1:3 expected a name that is text']],
    [
      'faults in two lines',
      'a: @x\nb: "\\q"\n',
      [
        '1:4 expected a value in quotes: outside of them it cannot begin with @, ` or %',
        '2:5 expected a known escape after \\ inside double quotes. Single quotes take a \\ as it is.',
      ],
    ],
    [
      'a name given twice, and what else is wrong',
      `${CLUSTERS}log: { level: info }\nlog: { levle: info }\n`,
      ['3:1 expected each name once in a mapping', '3:8 log.levle: expected one of level, found an unknown name; did you mean level'],
    ],
  ])('finds %s', async (_, text, expected) => {
    expect(await faultsOf(text)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['no clusters', 'log: {}', ['1:1 clusters: expected a list of clusters, found nothing']],
    ['an empty list of clusters', 'clusters: []', ['1:11 clusters: expected 1 to 100 clusters, found an empty list']],
    [
      'two signers',
      'clusters:\n  - { name: a, network: n, roles: [signer] }\n  - { name: b, network: n, context: b, roles: [signer] }\n',
      ['3:47 clusters[1].roles: expected one signer among all clusters, found a second one beside clusters[0]'],
    ],
    [
      'two clusters behind one context',
      'clusters:\n  - { name: a, network: n, roles: [signer], context: x }\n  - { name: b, network: n, context: x }\n',
      ['3:37 clusters[1].context: expected a kubeconfig or a context of its own, found the one of clusters[0]'],
    ],
    [
      'one gateway for two networks',
      'clusters:\n  - { name: a, network: n, roles: [signer], gateway: { address: g } }\n  - { name: b, network: m, context: b, gateway: { address: g } }\n',
      ['3:60 clusters[1].gateway.address: expected a gateway that no cluster of another network has, found the one of clusters[0]'],
    ],
    [
      'one network and one gateway for two clusters, which is fine',
      'clusters:\n  - { name: a, network: n, roles: [signer], gateway: { address: g } }\n  - { name: b, network: n, context: b, gateway: { address: g } }\n',
      [],
    ],
    [
      'one Certificate for two clusters',
      'clusters:\n  - { name: a, network: n, roles: [signer] }\n  - { name: b, network: n, context: b }\nauthority: { intermediates: { certificate: ica } }\n',
      ['4:44 authority.intermediates.certificate: expected a name with {cluster} in it: every cluster has its own, found "ica"'],
    ],
    [
      'a name as a number',
      cluster('context: 7'),
      ['1:61 clusters[0].context: expected text, found the number 7. Put it in quotes: YAML reads it as a number.'],
    ],
    [
      'a port as text',
      cluster('gateway: { address: g, port: "1" }'),
      ['1:81 clusters[0].gateway.port: expected a port, 1 to 65535, found "1"'],
    ],
    [
      'sentinels without a master',
      withSection('redis: { sentinels: [a] }'),
      ['2:8 redis.master: expected the name of the master that the Sentinels watch, found nothing'],
    ],
    [
      'a master without sentinels',
      withSection('redis: { url: "redis://a", master: m }'),
      ['2:28 redis.master: expected master only with sentinels, found none of them'],
    ],
    [
      'tls beside a url',
      withSection('redis: { url: "redis://a", tls: true }'),
      ['2:28 redis.tls: expected tls only with sentinels or cluster, found a url. Write rediss:// in the url.'],
    ],
    [
      'a broken host:port',
      withSection('redis: { cluster: ["a:b"] }'),
      ['2:20 redis.cluster[0]: expected host:port, such as 10.0.0.5:6379, found "a:b"'],
    ],
    [
      'a short cron expression',
      withSection('schedules: { observe-mesh: "* * *" }'),
      ['2:28 schedules.observe-mesh: expected a cron expression such as "*/5 * * * *", or off (it has 5 fields), found "* * *"'],
    ],
    [
      'an impossible day',
      withSection('schedules: { observe-mesh: "0 0 31 2 *" }'),
      [
        '2:28 schedules.observe-mesh: expected a cron expression such as "*/5 * * * *", or off (its day of the month is not possible), found "0 0 31 2 *"',
      ],
    ],
    [
      'a length without a unit',
      withSection('renewal: { overdueAfter: "6" }'),
      ['2:26 renewal.overdueAfter: expected a length of time such as 30s, 15m, 6h or 7d, found "6"'],
    ],
    [
      'nothing where a value belongs',
      withSection('log: { level: }'),
      ['2:15 log.level: expected debug, info, warn, error or silent, found nothing'],
    ],
    [
      'a short fingerprint',
      withSection('authority: { rootFingerprint: "AA:BB" }'),
      ['2:31 authority.rootFingerprint: expected a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed, found "AA:BB"'],
    ],
    [
      'a name in the wrong place',
      withSection('trustDomain: a\nkubeconfig: b'),
      [
        '2:1 trustDomain: expected one of mesh, clusters, authority, discord, approvals, redis, schedules, tailscale, probes, alerts, renewal, log, found an unknown name. It belongs to mesh.',
        '3:1 kubeconfig: expected one of mesh, clusters, authority, discord, approvals, redis, schedules, tailscale, probes, alerts, renewal, log, found an unknown name. It belongs to an entry of clusters.',
      ],
    ],
    [
      'an unknown section',
      withSection('metrics: {}'),
      [
        '2:1 metrics: expected one of mesh, clusters, authority, discord, approvals, redis, schedules, tailscale, probes, alerts, renewal, log, found an unknown name',
      ],
    ],
  ])('finds %s', async (_, text, expected) => {
    expect(await faultsOf(text)).toEqual(expected);
  });

  test('counts what is no slip any more', async () => {
    const text = `${CLUSTERS}log:\n${Array.from({ length: 5_000 }, (_, index) => `  x${index}: 1\n`).join('')}`;
    const loaded = await parseConfig(text, '/c.yaml', 'read', sourcesOf({}));
    const faults = loaded.kind === 'faults' ? loaded.faults : [];
    expect([faults.length, faults.find(({ path }) => path === 'log')]).toEqual([
      101,
      { path: 'log', line: 3, column: 3, expected: 'names out of level', found: '4900 more that are unknown' },
    ]);
  });

  test('shows the first forty of very many', async () => {
    const text = `${CLUSTERS}${Array.from({ length: 50 }, (_, index) => `x${index}: 1\n`).join('')}`;
    const lines = await faultsOf(text);
    expect([lines.length, lines.at(-1)]).toEqual([41, 'and 10 more']);
  });
});
