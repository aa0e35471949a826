import { describe, expect, it } from 'vitest';
import { EXCHANGES, REASONS, TIMELINES } from './golden-table.ts';
import { INSTANTS } from './instants.ts';
import { RECORDINGS, recording } from './recordings.ts';
import { exchangeWords, follow } from './replay.ts';

describe('what is concluded from what a real tailscaled said', () => {
  it('has a table for every recording, and knows its instants', () => {
    expect(Object.keys(EXCHANGES).toSorted()).toEqual(RECORDINGS);
    expect(Object.keys(INSTANTS).toSorted()).toEqual(RECORDINGS);
  });

  it.each(RECORDINGS)('concludes the same from every exchange of %s', (name) => {
    const concluded = recording(name).exchanges.map((exchange) => [exchange.title, exchangeWords(name, exchange)]);

    expect(concluded).toEqual(EXCHANGES[name]);
  });

  it('has a reason for whatever it concludes nothing from, and no reason too many', () => {
    const used = Object.values(EXCHANGES).flatMap((rows) =>
      rows.flatMap(([, words]) => /^\[(?<reason>.*)\]$/.exec(words)?.groups?.['reason'] ?? []),
    );

    expect([...new Set(used)].toSorted()).toEqual(Object.keys(REASONS).toSorted());
  });

  it('follows every timeline', () => {
    const told = RECORDINGS.filter((name) => recording(name).timeline.length > 0);

    expect(Object.keys(TIMELINES).map((key) => key.split(' '))).toEqual(
      told.flatMap((name) =>
        name === 'key-expiry'
          ? [
              [name, 'gw-a'],
              [name, 'gw-b'],
            ]
          : [[name, 'gw-a']],
      ),
    );
  });

  it.each(Object.keys(TIMELINES))('turns its verdicts at the same seconds of %s', (key) => {
    const [name = '', own] = key.split(' ');

    expect(follow(name, own === 'gw-b' ? 'gw-b' : 'gw-a', INSTANTS[name] ?? {})).toEqual(TIMELINES[key]);
  });

  it('sees in peer-online-lag how late the flag is that no verdict about a way rests on', () => {
    const late = recording('peer-online-lag').runs.filter(({ seconds }) => seconds === null || seconds > 3);

    expect(late.map(({ action, seconds }) => [action, seconds])).toEqual([
      ['gw-b: SIGKILL of tailscaled', 10.7],
      ['gw-b: SIGKILL of tailscaled', 10.9],
      ['gw-b: SIGKILL of tailscaled', 10.7],
      ['gw-b: SIGTERM of tailscaled', 10.9],
      ['gw-b: SIGTERM of tailscaled', 10.9],
      ['gw-b: tailscale down', 10.7],
      ['gw-b: tailscale down', 10.9],
      ['gw-b: restart within 3 s (SIGKILL, start 3 s later)', null],
    ]);
  });
});
