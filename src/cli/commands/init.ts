import { Command } from 'commander';
import type { InitFlags } from '../init/flags.ts';
import { runInit } from '../init/run.ts';
import type { CliIo } from '../io.ts';

/** `meshwarden init`: writes a configuration file from the contexts of a kubeconfig. */
export function initCommand(io: CliIo): Command {
  return new Command('init')
    .description('write a configuration file from the contexts of a kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig to look at (default: KUBECONFIG, else ~/.kube/config)')
    .option('--context <names>', 'contexts that are clusters of the mesh, with commas; all for all', collect)
    .option('--network <context=network>', 'Istio network of a context (default: the name of its cluster)', collect)
    .option('--gateway <context=address>', 'tailnet address of the east-west gateway of a context', collect)
    .option('--signer <context>', 'context of the cluster in which cert-manager keeps the root')
    .option('--edge <names>', 'contexts where public traffic enters, with commas', collect)
    .option('--guild <id>', 'id of the Discord guild')
    .option('--alerts <id>', 'id of the Discord channel for alerts')
    .option('--admin <id>', 'your own Discord user id (default: nobody is admin)')
    .option('--application <id>', "id of the Discord application, for the bot's invite (default: from the token)")
    .option('--no-discord', 'there is no bot')
    .option('--output <file>', 'file to write', 'meshwarden.yaml')
    .option('--force', 'replace the file if it is there', false)
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .action((flags: InitFlags) => runInit(flags, io));
}

/** An option that may come several times. */
function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
