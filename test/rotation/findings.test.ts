import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLANNER_CODES } from '../../src/rotation/findings/index.ts';

const FOLDER = join(import.meta.dirname, '../../src/rotation/findings');

describe('rotation/findings', () => {
  it('lists each code that a finding carries, once', () => {
    const sources = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), 'utf8'));
    const carried = sources.flatMap((text) => [...text.matchAll(/code: '(?<code>[\w-]+)'/g)].map((match) => match.groups?.['code']));
    expect(new Set(carried)).toEqual(new Set(PLANNER_CODES));
    expect(PLANNER_CODES.length).toBe(new Set(PLANNER_CODES).size);
  });
});
