import { describe, expect, it } from 'vitest';
import { RECORDINGS, recording } from '../tailnet/recordings.ts';
import { withBench } from './tailscale/bench.ts';
import { differencesOf } from './tailscale/compare.ts';
import { NOT_REPLAYED, reasonFor } from './tailscale/not-replayed.ts';
import { SCENES } from './tailscale/scenes.ts';

/** `place title`, with what differs. */
async function replay(name: string): Promise<{ readonly place: string; readonly differences: readonly string[] }[]> {
  return withBench(async (bench) => {
    const told: { place: string; differences: readonly string[] }[] = [];
    for (const [place, exchange] of recording(name).exchanges.entries()) {
      await SCENES[name]?.[place]?.(bench);
      const differences = differencesOf(exchange, await bench.send(exchange));
      told.push({ place: `${place} ${exchange.title}`, differences });
    }
    return told;
  });
}

describe('LocalAPI of the lab answers as a real tailscaled', () => {
  it('lists only exchanges that exist, each once', () => {
    const places = NOT_REPLAYED.flatMap(({ file, at }) => at.map((place) => ({ file, place })));
    const wrong = places.filter(({ file, place }) => !RECORDINGS.includes(file) || place >= recording(file).exchanges.length);

    expect(wrong).toEqual([]);
    expect(new Set(places.map(({ file, place }) => `${file} ${place}`)).size).toEqual(places.length);
  });

  it('has scenes for recordings only', () => {
    expect(Object.keys(SCENES).filter((name) => !RECORDINGS.includes(name))).toEqual([]);
  });

  it.each(RECORDINGS.filter((name) => recording(name).exchanges.length > 0))('in %s', async (name) => {
    const replayed = (await replay(name)).filter((_, place) => reasonFor(name, place) === undefined);

    expect(replayed.filter(({ differences }) => differences.length > 0)).toEqual([]);
    expect(replayed.length).toBeGreaterThan(0);
  });

  it('lists nothing that conforms', async () => {
    const files = [...new Set(NOT_REPLAYED.map(({ file }) => file))];
    const conforming: string[] = [];
    for (const name of files) {
      const told = await replay(name);
      conforming.push(
        ...told
          .filter(({ differences }, place) => reasonFor(name, place) !== undefined && differences.length === 0)
          .map(({ place }) => `${name} ${place}`),
      );
    }

    expect(conforming).toEqual([]);
  });
});
