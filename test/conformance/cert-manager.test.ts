import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOT_REPLAYED, OTHER_FILES, reasonFor } from './cert-manager/not-replayed.ts';
import { RECORDINGS } from './cert-manager/recording.ts';
import { replay, type Replayed } from './cert-manager/replay.ts';

function told({ at, title, problems }: Replayed): string {
  return [`${at} ms ${title}`, ...problems.map((problem) => `    ${problem}`)].join('\n');
}

describe('the lab behaves as cert-manager 1.21.1 did', () => {
  const results: Replayed[] = [];

  beforeAll(async () => {
    for (const file of RECORDINGS) results.push(...(await replay(file)));
  }, 120_000);

  it.each(RECORDINGS)('%s', (file) => {
    const differing = results.filter((one) => one.file === file && one.problems.length > 0 && reasonFor(file, one.at) === undefined);

    expect(differing.map(told)).toEqual([]);
  });

  it('replays every chapter but those that are listed and do differ', () => {
    const differing = results.filter(({ problems }) => problems.length > 0).map(({ file, at }) => `${file} ${at}`);
    const listed = NOT_REPLAYED.map(({ file, at }) => `${file} ${at}`);
    console.log(`chapters ${results.length}, listed ${listed.length}`);

    expect(differing).toEqual(listed);
  });

  it('knows every file that was recorded', () => {
    const files = readdirSync(join(import.meta.dirname, '..', 'golden', 'cert-manager')).sort();

    expect([...RECORDINGS.map((name) => `${name}.json`), ...Object.keys(OTHER_FILES)].sort()).toEqual(files);
  });
});
