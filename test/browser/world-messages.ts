import { MessageFlags, MessageType } from 'discord-api-types/v10';
import type { MessageView } from '../../lab/page/contract.ts';
import { ids, minutesAgo, now, people, user, write } from './world-parts.ts';

const second = Math.floor(now / 1000);

const markdown = [
  '# One\n## Two\n### Three\n-# small print',
  '**bold** *italic* __under__ ~~gone~~ `code` \\*not this\\* snake_case_name',
  '> quoted\n- first\n  - inner\n- second\n1. one\n2. two',
  '```sh\nistioctl proxy-status\n```',
  `<@${ids.lena}> <@&${ids.onCall}> <#${ids.alerts}> </mesh status:300000000000000001> <:ok:300000000000000009>`,
  `Seen <t:${second - 90}:R>, at <t:${second}:t>, on <t:${second}:D>. [The docs](https://meshwarden.example/docs) ||hidden||`,
].join('\n');

/** Markdown, embeds and attachments. */
export function formats(): MessageView[] {
  return [
    write({ id: '200000000000000201', channel: ids.formats, at: minutesAgo(60), content: markdown }),
    write({
      id: '200000000000000202',
      channel: ids.formats,
      at: minutesAgo(30),
      embeds: [
        {
          author: { name: 'cert-manager' },
          title: 'Intermediate of cluster-a renewed',
          url: 'https://meshwarden.example/docs',
          description: 'Distributed to **2 of 2** clusters in 0.4 s.',
          color: 0x58_65_f2,
          fields: [
            { name: 'Issuer', value: 'mesh root', inline: true },
            { name: 'Until', value: `<t:${second + 7_000_000}:d>`, inline: true },
            { name: 'Fingerprint', value: '`9F:1C:44:07:AA:31:5B:0E`' },
          ],
          footer: { text: 'meshwarden' },
          timestamp: new Date(minutesAgo(30)).toISOString(),
        },
      ],
    }),
    write({
      id: '200000000000000203',
      channel: ids.formats,
      at: minutesAgo(29),
      content: 'Timeline and table:',
      attachments: [
        {
          id: '3',
          filename: 'timeline.png',
          description: 'Timeline of all certificates',
          size: 912,
          url: 'http://127.0.0.1:9/cdn/attachments/2/timeline.png',
          proxy_url: '',
          content_type: 'image/png',
        },
        {
          id: '4',
          filename: 'certs.csv',
          size: 1_204_113,
          url: 'http://127.0.0.1:9/cdn/attachments/2/certs.csv',
          proxy_url: '',
          content_type: 'text/csv',
        },
      ],
    }),
    write({
      id: '200000000000000204',
      channel: ids.formats,
      at: minutesAgo(20),
      type: MessageType.Reply,
      author: user(people[0]),
      content: 'Thank you, that is all I wanted to know.',
      referenced_message: write({ id: '200000000000000203', channel: ids.formats, at: minutesAgo(29), content: 'Timeline and table:' })
        .message,
    }),
  ];
}

/** Answers that only one person may see. */
export function answers(): MessageView[] {
  const lena = people[1];
  return [
    write({
      id: '200000000000000301',
      channel: ids.answers,
      at: minutesAgo(3),
      asked: { by: lena, name: 'mesh bundle' },
      content: 'The bundle, for your eyes only.',
      flags: MessageFlags.Ephemeral,
      view: { ephemeralFor: lena.id },
    }),
  ];
}
