import type { Config } from '../../config/config.ts';
import type { WebhookSetup } from '../../mesh/setup.ts';
import { failedBy, ok, untried, warning, type Finding } from './result.ts';

/** What tells of alerts when the bot, or meshwarden itself, is away. `webhook`: undefined where it was not asked. */
export function judgeAlerts(webhook: WebhookSetup | undefined, config: Config): readonly Finding[] {
  return [judgeWebhook(webhook, config), heartbeat(config)];
}

function judgeWebhook(webhook: WebhookSetup | undefined, { alerts, discord }: Config): Finding {
  const check = 'alerts-webhook';
  if (alerts.fallbackWebhook === undefined) return untried(check, 'no fallback webhook is configured: alerts wait while the bot is away');
  if (webhook === undefined) return untried(check, 'the fallback webhook not asked: it stands in for a bot, and none is configured');
  if (!webhook.ok) return failedBy(check, webhook.failure);
  const { guild, channel } = webhook.value;
  if (guild !== discord?.guild)
    return warning(
      check,
      'The fallback webhook posts in another guild than the bot',
      'Where that is not meant, make one in the channel for alerts: its settings, Integrations, Webhooks.',
    );
  const place = channel === discord?.channels.alerts ? 'in the channel for alerts' : 'in another channel than that for alerts';
  return ok(check, `the fallback webhook is there, and posts ${place}`);
}

/** It is never asked here: whoever waits for it would take that for a sign of life. */
function heartbeat({ alerts }: Config): Finding {
  const check = 'alerts-heartbeat';
  if (alerts.heartbeat === undefined)
    return untried(check, 'no heartbeat is configured: nobody hears when meshwarden itself, or its machine, is gone');
  return ok(check, 'the heartbeat has an address of the right form; it is not asked here, as that would count as a sign of life');
}
