import { expect, it } from 'vitest';
import { dated } from '../../src/bot/render/instants.ts';

it.each([
  ['ends at 2026-11-24T12:00Z', 'ends at <t:1795521600:f> (<t:1795521600:R>)'],
  [
    'from 2026-11-24T12:00:00Z to 2026-11-24T12:00:01.500Z.',
    'from <t:1795521600:f> (<t:1795521600:R>) to <t:1795521601:f> (<t:1795521601:R>).',
  ],
  ['ends at 2026-11-24 12:00 UTC', 'ends at <t:1795521600:f> (<t:1795521600:R>)'],
  ['2026-11-24 at 12:00', '2026-11-24 at 12:00'],
  ['at 2026-13-24T12:00Z', 'at 2026-13-24T12:00Z'],
])('%s', (text, expected) => {
  expect(dated(text)).toBe(expected);
});
