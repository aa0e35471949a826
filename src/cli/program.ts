import { Command, CommanderError } from 'commander';
import { OperatorError } from '../core/errors.ts';
import { adoptCommand } from './commands/adopt.ts';
import { alertsCommand } from './commands/alerts.ts';
import { approveCommand } from './commands/approve.ts';
import { auditCommand } from './commands/audit.ts';
import { canaryCommand } from './commands/canary.ts';
import { certsCommand } from './commands/certs.ts';
import { commandsCommand } from './commands/commands.ts';
import { distributeCommand } from './commands/distribute.ts';
import { doctorCommand } from './commands/doctor.ts';
import { initCommand } from './commands/init.ts';
import { probeCommand } from './commands/probe.ts';
import { releaseHoldCommand } from './commands/release-hold.ts';
import { restoreCommand } from './commands/restore.ts';
import { rotateCaCommand } from './commands/rotate-ca.ts';
import { rotationCommand } from './commands/rotation.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-code.ts';

/** Runs one command line (without the program's own name) and gives its exit code. Whatever goes wrong is told on standard error. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = 0;
  const exit = (wanted: ExitCode): void => {
    code = wanted;
  };
  const program = buildProgram(context, exit);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    context.io.stderr.write(`${failureText(error)}\n`);
    return 2;
  }
}

function buildProgram(context: CliContext, exit: (code: ExitCode) => void): Command {
  const { io, version } = context;
  const program = new Command('meshwarden')
    .description('Watches and maintains an Istio service mesh that spans clusters joined by Tailscale.')
    .version(version, '-V, --version', 'print the version');
  const versionCommand = new Command('version').description('print the version').action(() => void io.stdout.write(`${version}\n`));
  const commands = [
    statusCommand(context, exit),
    certsCommand(context, exit),
    distributeCommand(context, exit),
    rotateCaCommand(context, exit),
    rotationCommand(context, exit),
    approveCommand(context, exit),
    adoptCommand(context, exit),
    restoreCommand(context, exit),
    releaseHoldCommand(context, exit),
    auditCommand(context, exit),
    alertsCommand(context, exit),
    probeCommand(context, exit),
    canaryCommand(context, exit),
    startCommand(context),
    initCommand(io),
    doctorCommand(context, exit),
    commandsCommand(context),
    versionCommand,
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...withChildren(program)]) {
    command.exitOverride().configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
    command.showHelpAfterError('(`--help` lists what it takes)');
  }
  return program;
}

function withChildren(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...withChildren(child)]);
}

function failureText(error: unknown): string {
  if (error instanceof OperatorError) return error.next === undefined ? error.message : `${error.message}\nNext: ${error.next}`;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a defect of meshwarden: report it with the text below.\n${text}`;
}
