import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { configJsonSchema, configReference } from '../../src/config/reference.ts';
import { FileSchema } from '../../src/config/schema.ts';
import { JOBS } from '../../src/jobs/index.ts';

const docs = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');

describe('src/config/reference.ts', () => {
  // `node tools/config-docs.ts` writes both.
  test('docs/configuration.md is what the schema says', () => {
    expect(docs('configuration.md')).toBe(configReference());
  });

  test('docs/meshwarden.schema.json is what the schema says', () => {
    expect(JSON.parse(docs('meshwarden.schema.json'))).toEqual(configJsonSchema());
  });

  test('every field says what it means', () => {
    const rows = configReference()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
    expect(rows.length).toBeGreaterThan(50);
  });

  test("editors accept the page's smallest file and refuse a wrong one", () => {
    const valid = new Ajv2020({ strict: false }).compile(configJsonSchema());
    const smallest = /```yaml\n(?<text>clusters:[\s\S]*?)```/.exec(configReference())?.groups?.['text'] ?? '';
    expect([valid(parse(smallest)), valid({ clusters: [] }), valid({ clusters: [{ name: 'a', network: 'n', rols: [] }] })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('knows the schedules of the jobs, with the same defaults', () => {
    const { schedules } = FileSchema.parse({ clusters: [{ name: 'a', network: 'n' }] });
    const own = JOBS.flatMap(({ name, schedule }) => (schedule === undefined ? [] : [[name, schedule.cron]]));
    expect(schedules).toEqual(Object.fromEntries(own));
  });
});
