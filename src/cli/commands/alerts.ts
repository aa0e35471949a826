import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../core/duration.ts';
import type { Severity } from '../../mesh/finding.ts';
import type { AlertsHere } from '../alerts.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { requireConfig } from '../load.ts';
import { alertsText } from '../render/alerts.ts';

interface Flags {
  readonly config?: string;
}

/** `meshwarden alerts`: what people are told of, and what keeps it quiet. */
export function alertsCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  const by = `cli:${context.user}`;
  const { io, clock } = context;
  const said = (text: string): void => void io.stdout.write(`${text}\n`);
  const list = new Command('list')
    .description('what is open, acknowledged, silenced, and what is over of late; exit code 0 nothing is open, 1 something is')
    .option('--json', 'the whole answer as JSON', false)
    .action(async (flags: Flags & { readonly json: boolean }) => {
      const summary = await withAlerts(flags, context, (alerts) => alerts.list());
      io.stdout.write(flags.json ? `${JSON.stringify({ schema: 1, ...summary }, null, 2)}\n` : alertsText(summary, clock.now()));
      exit(summary.open.length + summary.acked.length + summary.muted.length === 0 ? 0 : 1);
    });
  const ack = new Command('ack')
    .description('take an alert over: it is quiet until it is over, or until you are reminded')
    .argument('<alert>', 'its id, as `meshwarden alerts list` shows it')
    .option('--for <time>', 'when to be reminded, such as 1h', length)
    .action(async (incident: string, flags: Flags & { readonly for?: number }) => {
      await withAlerts(flags, context, (alerts) => alerts.ack(incident, by, flags.for));
      said(`${incident} is yours`);
    });
  const silence = new Command('silence')
    .description('say nothing of a subject for a while; what ends is told all the same')
    .argument('<match>', 'rule|subject, with * for anything: "link-down|link:cluster-a>cluster-b", "*|*cluster-b*"')
    .requiredOption('--for <time>', 'how long, such as 4h', length)
    .requiredOption('--reason <text>', 'why, for the others')
    .action(async (match: string, flags: Flags & { readonly for: number; readonly reason: string }) => {
      const id = await withAlerts(flags, context, (alerts) => alerts.silence({ match, forMs: flags.for, reason: flags.reason, by }));
      said(`Silence ${id}: ${match}`);
    });
  const unsilence = new Command('unsilence')
    .description('end a silence')
    .argument('<id>', 'its id, as `meshwarden alerts list` shows it')
    .action(async (id: string, flags: Flags) => {
      await withAlerts(flags, context, (alerts) => alerts.unsilence(id, by));
      said(`${id} is over`);
    });
  const test = new Command('test')
    .description('fire an alert that is no real one, through the whole way into the channel')
    .addOption(new Option('--severity <severity>', 'how urgent').choices(['page', 'ticket', 'info']).default('ticket'))
    .option('--end', 'end it', false)
    .action(async (flags: Flags & { readonly severity: Severity; readonly end: boolean }) => {
      await withAlerts(flags, context, (alerts) => alerts.trial({ severity: flags.severity, end: flags.end, by }));
      said(flags.end ? 'The trial is over; the channel says so in a moment' : 'Fired; `meshwarden alerts test --end` ends it');
    });
  const command = new Command('alerts').description('alerts: what is open, who has it, what keeps quiet');
  command.addCommand(list, { isDefault: true });
  for (const child of [ack, silence, unsilence, test]) command.addCommand(child);
  for (const child of command.commands) child.option('--config <file>', 'configuration file');
  return command;
}

async function withAlerts<T>(flags: Flags, context: CliContext, work: (alerts: AlertsHere) => Promise<T>): Promise<T> {
  const alerts = context.openAlerts(await requireConfig(flags, context.io, 'read'));
  try {
    return await work(alerts);
  } finally {
    await alerts.close();
  }
}

function length(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('expected a length of time such as 30m, 4h or 7d');
}
