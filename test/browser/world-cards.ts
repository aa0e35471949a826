import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10';
import type { MessageView } from '../../lab/page/contract.ts';
import { ids, minutesAgo, now, people, text, write } from './world-parts.ts';

const second = Math.floor(now / 1000);
const day = 86_400;

/** The channel that a person sees first: status cards, a plan, an answer for one person. */
export function cards(): MessageView[] {
  return [healthy(), broken(), chooser(), ephemeral(), thinking()];
}

function healthy(): MessageView {
  return write({
    id: '200000000000000101',
    channel: ids.mesh,
    at: minutesAgo(40),
    asked: { by: people[0], name: 'mesh status' },
    flags: MessageFlags.IsComponentsV2,
    edited_timestamp: new Date(minutesAgo(39)).toISOString(),
    components: [
      {
        type: ComponentType.Container,
        accent_color: 0x23_a5_5a,
        components: [
          {
            type: ComponentType.Section,
            components: [text(`### ● Mesh healthy\n2 clusters · seen <t:${second - 250}:R>`)],
            accessory: { type: ComponentType.Button, style: ButtonStyle.Link, label: 'Runbook', url: 'https://meshwarden.example/docs' },
          },
          { type: ComponentType.Separator },
          text('**cluster-a** edge, signer · Kubernetes 1.36 · Istio 1.30.4\n**cluster-b** compute · Kubernetes 1.36 · Istio 1.30.4'),
          text(
            `**Link** a→b 23 ms direct · b→a 24 ms direct\n**CA** root 9 y · a renews <t:${second + 20 * day + 3600}:R> · b renews <t:${second + 21 * day + 3600}:R>`,
          ),
          text('-# 38 checks passed'),
          {
            type: ComponentType.ActionRow,
            components: [
              { type: ComponentType.Button, style: ButtonStyle.Secondary, label: 'Details', custom_id: 'details:1' },
              { type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Re-check', custom_id: 'recheck:1' },
            ],
          },
        ],
      },
    ],
  });
}

function broken(): MessageView {
  return write({
    id: '200000000000000102',
    channel: ids.mesh,
    at: minutesAgo(12),
    flags: MessageFlags.IsComponentsV2,
    components: [
      {
        type: ComponentType.Container,
        accent_color: 0xda_37_3c,
        components: [
          text('### ▲ 1 problem hides 3 others\nGateway of **cluster-b** refuses connections from **cluster-a**'),
          text(
            'The link is fine (23 ms, direct). No gateway pod is ready: 0 of 1, `ImagePullBackOff`.\nHidden by it: public path, endpoints of b, canary of b',
          ),
          { type: ComponentType.Separator, spacing: 2 },
          text('Next:\n```sh\nkubectl -n istio-system describe pod -l istio=eastwestgateway\n```'),
          { type: ComponentType.File, file: { url: 'attachment://report.txt' } },
          {
            type: ComponentType.MediaGallery,
            items: [{ media: { url: 'attachment://chart.png' }, description: 'Certificate lifetimes of both clusters' }],
          },
          {
            type: ComponentType.ActionRow,
            components: [
              { type: ComponentType.Button, style: ButtonStyle.Success, label: 'Diagnose', custom_id: 'diagnose:1', emoji: { name: '✚' } },
              { type: ComponentType.Button, style: ButtonStyle.Danger, label: 'Abort', custom_id: 'abort:1' },
              { type: ComponentType.Button, style: ButtonStyle.Secondary, label: 'Ack 1 h', custom_id: 'ack:1', disabled: true },
              { type: ComponentType.Button, style: ButtonStyle.Secondary, label: 'Silence…', custom_id: 'silence:1' },
            ],
          },
        ],
      },
    ],
    attachments: [
      {
        id: '1',
        filename: 'report.txt',
        size: 48_213,
        url: 'http://127.0.0.1:9/cdn/attachments/1/report.txt',
        proxy_url: '',
        content_type: 'text/plain',
      },
      {
        id: '2',
        filename: 'chart.png',
        size: 912,
        url: 'http://127.0.0.1:9/cdn/attachments/1/chart.png',
        proxy_url: '',
        content_type: 'image/png',
      },
    ],
  });
}

function chooser(): MessageView {
  const options = ['cluster-a', 'cluster-b'].map((name) => ({
    label: name,
    value: name,
    description: name === 'cluster-a' ? 'edge, signer' : 'compute',
  }));
  return write({
    id: '200000000000000103',
    channel: ids.mesh,
    at: minutesAgo(5),
    content: 'Which one?',
    components: [
      {
        type: ComponentType.ActionRow,
        components: [{ type: ComponentType.StringSelect, custom_id: 'cluster:1', placeholder: 'Choose a cluster', options }],
      },
      {
        type: ComponentType.ActionRow,
        components: [{ type: ComponentType.UserSelect, custom_id: 'approver:1', placeholder: 'Choose approvers', max_values: 2 }],
      },
      {
        type: ComponentType.ActionRow,
        components: [{ type: ComponentType.RoleSelect, custom_id: 'role:1', placeholder: 'Choose a role' }],
      },
    ],
  });
}

function ephemeral(): MessageView {
  return write({
    id: '200000000000000104',
    channel: ids.mesh,
    at: minutesAgo(2),
    asked: { by: people[0], name: 'mesh rotate-ca' },
    content: 'You cannot do this: it needs an operator. Operators: @lena.',
    flags: MessageFlags.Ephemeral,
    view: { ephemeralFor: people[0].id },
  });
}

function thinking(): MessageView {
  return write({
    id: '200000000000000105',
    channel: ids.mesh,
    at: minutesAgo(0),
    asked: { by: people[1], name: 'mesh certs' },
    flags: MessageFlags.Loading,
    view: { thinking: true },
  });
}
