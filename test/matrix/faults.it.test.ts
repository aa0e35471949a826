import { expect, it } from 'vitest';
import { callsOf, casesOf, faulty, sample } from './faults.ts';

const SEED = 7;
const PICKED = 10;

it(
  'one call of a rotation fails: no rule is broken, a person is told what to do, and a later run finishes',
  { timeout: 120_000 },
  async () => {
    const cases = casesOf(await callsOf('intermediate'));
    for (const one of sample(cases, PICKED, SEED)) {
      const { met, unclear, last, served, breaches, leaks } = await faulty('intermediate', one);
      const wanted = { met: true, unclear: [], last: 'done', served: true, breaches: [], leaks: 0 };
      expect({ one, met, unclear, last, served, breaches, leaks }).toEqual({ one, ...wanted });
    }
  },
);
