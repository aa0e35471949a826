import { callbackBodies, described } from './spec-table.ts';

const button = { type: 2, style: 1, label: 'a', custom_id: 'a' };
const select = { type: 3, custom_id: 'b', options: [{ label: 'a', value: 'b' }] };
const text = { type: 10, content: 'a' };

/** A message with every kind of part that the product sends. */
const sample = {
  flags: 0,
  content: 'x',
  embeds: [{ title: 'a', fields: [{ name: 'a', value: 'b' }] }],
  components: [
    {
      type: 17,
      components: [
        text,
        { type: 14 },
        { type: 9, components: [text], accessory: button },
        { type: 1, components: [button] },
        { type: 1, components: [select] },
        { type: 12, items: [{ media: { url: 'attachment://a.png' } }] },
      ],
    },
  ],
};

/**
 * The schemas compile themselves at their first use, which would cost the first calls of a bot up to 60 ms each and, in tests,
 * time that the bot is measured against. So they are used once before anybody connects.
 */
export function warmUp(): void {
  for (const { request, answer } of Object.values(described)) {
    request?.safeParse(sample);
    answer?.safeParse(sample);
  }
  for (const [type, schema] of Object.entries(callbackBodies)) schema.safeParse({ type: Number(type), data: sample });
}
