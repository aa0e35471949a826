import { describe, expect, test } from 'vitest';
import { renderFaults } from '../../src/config/fault.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/config/sources.ts';
import { secretFiles } from '../../src/config/secret-files.ts';
import { sourcesOf } from './sources.ts';

const LENA = '123456789012345678';
const MARA = '223456789012345678';
const CLUSTERS = 'clusters: [{ name: a, network: n, roles: [signer] }]\n';

async function faultsOf(section: string, files: Readonly<Record<string, string>>, environment: Environment = {}): Promise<string> {
  const loaded = await parseConfig(`${CLUSTERS}${section}`, '/c.yaml', 'read', sourcesOf(files, environment));
  return loaded.kind === 'faults' ? renderFaults('/c.yaml', loaded.faults) : loaded.kind;
}

describe('src/config/approvals.ts', () => {
  test('takes the key from the environment before the file', async () => {
    const sources = sourcesOf({ '/k': 'f'.repeat(40) }, { MESHWARDEN_APPROVAL_KEY: 'e'.repeat(40) });
    const loaded = await parseConfig(`${CLUSTERS}approvals: { keyFile: /k }`, '/c.yaml', 'read', sources);
    expect(loaded.kind === 'config' && loaded.config.approvals.key?.reveal()).toBe('e'.repeat(40));
  });

  test('refuses a key that could be guessed, and says where it is, never what it is', async () => {
    const short = 'shorter-than-it-should-be';
    const fromFile = await faultsOf('approvals: { keyFile: /k }', { '/k': short });
    const fromVariable = await faultsOf('', {}, { MESHWARDEN_APPROVAL_KEY: short });
    expect(fromFile).toContain('2:23 approvals.keyFile: expected a key of at least 32 characters, found a shorter one');
    expect(fromVariable).toContain('MESHWARDEN_APPROVAL_KEY: expected a key of at least 32 characters, found a shorter one');
    expect(fromFile + fromVariable).not.toContain(short);
  });

  test('tells every authenticator that cannot be used, and its file', async () => {
    const section = `approvals: { totp: [{ user: "${LENA}", secretFile: /gone }, { user: "${MARA}", secretFile: /odd }] }`;
    const told = await faultsOf(section, { '/odd': 'not-base32!' });
    expect(told).toContain('approvals.totp[0].secretFile: expected a file that holds the secret, found no such file at /gone');
    expect(told).toContain(
      'approvals.totp[1].secretFile: expected a file with a secret in base32, 16 characters or more, found something else',
    );
  });

  test('counts no more people than there could be, and at least one', async () => {
    const told = await faultsOf('approvals: { needed: { root: 0, emergency: 6 } }', {});
    expect(told).toContain('approvals.needed.root: expected a number of people, 1 to 5, found the number 0');
    expect(told).toContain('approvals.needed.emergency: expected a number of people, 1 to 5, found the number 6');
  });

  test('names every file with a secret, for whoever looks at their modes', async () => {
    const text = `${CLUSTERS}approvals: { keyFile: key, totp: [{ user: "${LENA}", secretFile: ./lena }] }`;
    expect(await secretFiles('/etc/mw/c.yaml', sourcesOf({ '/etc/mw/c.yaml': text }))).toEqual(['/etc/mw/key', '/etc/mw/lena']);
  });
});
