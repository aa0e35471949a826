import { describe, expect, test } from 'vitest';
import { secretFiles } from '../../src/config/secret-files.ts';
import { sourcesOf } from './sources.ts';

const FILE = '/etc/mw/c.yaml';
const TEXT = [
  'clusters: [{ name: a, network: n, roles: [signer] }]',
  'tailscale: { control: { clientId: k1, clientSecretFile: client } }',
  'alerts: { fallbackWebhookFile: ./hook, heartbeatFile: /run/beat }',
].join('\n');

describe('src/config/secret-files.ts', () => {
  test('names the files of what is measured and told', async () => {
    expect(await secretFiles(FILE, sourcesOf({ [FILE]: TEXT }))).toEqual(['/etc/mw/client', '/etc/mw/hook', '/run/beat']);
  });

  test('names the files that the environment puts in their place, and none where it holds the secret itself', async () => {
    const environment = { MESHWARDEN_TAILSCALE_CLIENT_SECRET: 'x', MESHWARDEN_FALLBACK_WEBHOOK_FILE: '/run/hook' };
    expect(await secretFiles(FILE, sourcesOf({ [FILE]: TEXT }, environment))).toEqual(['/run/hook', '/run/beat']);
  });

  test('passes over sections that make no sense', async () => {
    const text = 'tailscale: 3\nalerts: [x]\n';
    expect(await secretFiles(FILE, sourcesOf({ [FILE]: text }))).toEqual([]);
  });
});
