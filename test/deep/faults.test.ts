import { expect, it } from 'vitest';
import { callsOf, casesOf, faulty, WAYS } from '../matrix/faults.ts';

it.each(Object.keys(WAYS))('each call of a rotation fails: %s', async (way) => {
  const calls = await callsOf('intermediate');
  for (const one of casesOf(calls).filter((each) => each.way === way)) {
    const { unclear, last, served, breaches, leaks } = await faulty('intermediate', one);
    expect({ one, unclear, last, served, breaches, leaks }).toEqual({
      one,
      unclear: [],
      last: 'done',
      served: true,
      breaches: [],
      leaks: 0,
    });
  }
});
