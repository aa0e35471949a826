import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classifyTls } from '../../../src/mesh/probing/gateway.ts';
import { FILES, PROBES, WITHOUT } from './gateway-recordings.ts';
import { derivedParts, partOf } from './gateway-tables.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/probes.md'), 'utf8');
const PARTS = derivedParts();

/** Files that hold no probe, and why. */
const NO_PROBES: Readonly<Record<string, string>> = {
  'admin.json': 'answers of the admin interface',
  'node-peer-certificate.json': 'what two calls of Node return, without a gateway',
};

describe('the recordings', () => {
  it('hold a probe in every case of every file, but for those that are about something else', () => {
    expect(WITHOUT).toEqual(Object.keys(NO_PROBES));
    expect(new Set(PROBES.map(({ file }) => file))).toEqual(new Set(FILES.filter((file) => !(file in NO_PROBES))));
    expect(PROBES.length).toBe(230);
  });

  it.each(PROBES.map((probe) => [`${probe.file}: ${probe.name}`, probe] as const))(
    '%s has the verdict of the page',
    (_, { file, name, observation }) => {
      const [, table = ''] = (partOf(PAGE, 'recorded-cases') ?? '').split(`**${file}**`);
      const row = table.split('\n').find((line) => line.startsWith(`| ${name} |`));
      expect(row?.split(' | ')[1]).toBe(`\`${classifyTls(observation).code}\``);
    },
  );
});

describe('docs/probes.md', () => {
  it.each(['chain-unseen', 'bundle-unread'])('has a heading for %s', (code) => {
    expect(PAGE.split('\n')).toContain(`### ${code}`);
  });

  it.each(Object.keys(PARTS))('holds %s as it is derived', (name) => {
    expect(partOf(PAGE, name)).toBe(PARTS[name]?.trim());
  });
});
