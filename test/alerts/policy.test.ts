import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, policyOf, RULES } from '../../src/alerts/index.ts';
import { HOUR, MINUTE } from '../../src/core/duration.ts';

const LINK = DEFAULT_POLICY.rules['link-down'];

describe('src/alerts/policy.ts', () => {
  it('is what the rules say where nobody says otherwise', () => {
    expect(policyOf({})).toEqual({
      rules: Object.fromEntries(RULES.map(({ id, defaults }) => [id, defaults])),
      flapping: { changes: 6, within: 10 * MINUTE, calmAfter: 10 * MINUTE },
      nagAfter: 4 * HOUR,
      escalation: undefined,
      quiet: undefined,
    });
  });

  it('changes what is given and nothing else', () => {
    const policy = policyOf({
      rules: { 'link-down': { severity: 'ticket', recoveries: 5, unknownAfter: HOUR, remindEvery: 0 }, 'no-such-rule': { failures: 9 } },
      nagAfter: 0,
      flapping: { changes: 3, within: MINUTE, calmAfter: HOUR },
      escalation: { after: MINUTE, role: '1' },
      quiet: { fromMinute: 0, toMinute: 60, severities: ['info'] },
    });
    expect(policy).toEqual({
      rules: { ...DEFAULT_POLICY.rules, 'link-down': { ...LINK, severity: 'ticket', recoveries: 5, unknownAfter: HOUR, remindEvery: 0 } },
      nagAfter: 0,
      flapping: { changes: 3, within: MINUTE, calmAfter: HOUR },
      escalation: { after: MINUTE, role: '1' },
      quiet: { fromMinute: 0, toMinute: 60, severities: ['info'] },
    });
  });

  it.each([
    [{ failures: 6 }, { ...LINK, failures: 6, of: 6 }],
    [{ of: 2 }, { ...LINK, failures: 2, of: 2 }],
    [{ of: 10 }, { ...LINK, failures: 3, of: 10 }],
    [{ failures: 1 }, { ...LINK, failures: 1, of: 4 }],
    [
      { failures: 2, of: 5 },
      { ...LINK, failures: 2, of: 5 },
    ],
    [{ severity: 'off' as const }, { ...LINK, on: false }],
  ])('%o fits together', (changes, expected) => {
    expect(policyOf({ rules: { 'link-down': changes } }).rules['link-down']).toEqual(expected);
  });
});
