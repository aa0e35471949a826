import { beforeAll, describe, expect, it } from 'vitest';
import { readRecording, RECORDINGS } from './kubernetes/recording.ts';
import { replay, type Replayed } from './kubernetes/replay.ts';
import { SCENES } from './kubernetes/scenes/index.ts';
import { NOT_REPLAYED, reasonFor } from './not-replayed.ts';

function told({ index, title, problems }: Replayed): string {
  return [`#${index} ${title}`, ...problems.map((problem) => `    ${problem}`)].join('\n');
}

describe('the Kubernetes double answers as a real API server did', () => {
  const results: Replayed[] = [];

  beforeAll(async () => {
    for (const file of RECORDINGS) {
      results.push(...(await replay(file, SCENES[file] ?? {}, (exchange) => reasonFor(file, exchange) === undefined)));
    }
  }, 120_000);

  it.each(RECORDINGS)('%s', (file) => {
    const differing = results.filter((one) => one.file === file && one.problems.length > 0);

    expect(differing.map(told)).toEqual([]);
  });

  it('replays or lists every recorded exchange, once', () => {
    const recorded = RECORDINGS.flatMap((file) => readRecording(file).map(({ index }) => `${file} #${index}`));
    const replayed = results.filter(({ index }) => index >= 0).map(({ file, index }) => `${file} #${index}`);
    const listed = NOT_REPLAYED.flatMap(({ file, at }) => at.map((index) => `${file} #${index}`));
    const conform = results.filter(({ index, problems }) => index >= 0 && problems.length === 0);
    console.log(`replayed ${replayed.length}, conform ${conform.length}, listed ${listed.length}`);

    expect([...replayed, ...listed].sort()).toEqual(recorded.sort());
  });
});
