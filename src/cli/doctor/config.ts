import type { Config } from '../../config/config.ts';
import { failed, ok, warning, type Finding } from './result.ts';

/** A file that holds a secret or names one, with its mode; undefined: it cannot be looked at. */
export interface FileMode {
  readonly path: string;
  readonly mode: number | undefined;
}

/** A configuration that loads: what of it works and surprises all the same. */
export function judgeConfig(config: Config, files: readonly FileMode[]): readonly Finding[] {
  const clusters = config.clusters.length === 1 ? '1 cluster' : `${config.clusters.length} clusters`;
  return [
    ok('config-loads', `${config.file ?? 'the environment'} · ${clusters}`),
    ...people(config),
    ...schedules(config),
    ...modes(files),
  ];
}

/** A configuration that does not load. */
export function faultyConfig(text: string, next: string | undefined): Finding {
  const [first = '', ...rest] = text.split('\n');
  return failed(
    'config-loads',
    first,
    next,
    rest.map((line) => line.trim()),
  );
}

function people({ discord }: Config): readonly Finding[] {
  if (discord === undefined) return [];
  const { viewer, operator, admins } = discord;
  const count = (audience: typeof viewer): number => audience.roles.length + audience.users.length;
  const found: Finding[] = [];
  if (count(viewer) + count(operator) + admins.length === 0)
    return [
      warning(
        'config-people',
        'Nobody may use the bot: it has no viewer, operator or admin',
        'Set discord.viewer, and your own user id in discord.admins.',
      ),
    ];
  if (count(viewer) + count(operator) === 0)
    found.push(
      warning('config-people', 'Nobody but admins may look: there is no viewer', 'Set discord.viewer.roles to a role of the guild.'),
    );
  if (admins.length === 0) found.push(warning('config-people', 'Nobody is admin', 'Put your own Discord user id into discord.admins.'));
  return found.length > 0 ? found : [ok('config-people', 'viewers and admins are named')];
}

function schedules({ schedules }: Config): readonly Finding[] {
  const off = Object.entries(schedules).flatMap(([name, when]) => (when === 'off' ? [name] : []));
  if (off.length === 0) return [ok('config-schedules', 'every schedule is on')];
  return [warning('config-schedules', `Turned off: ${off.join(', ')}`, 'Remove it under schedules to have it run at its usual times.')];
}

const OTHERS = 0o077;

function modes(files: readonly FileMode[]): readonly Finding[] {
  const open = files.filter(({ mode }) => mode !== undefined && (mode & OTHERS) !== 0);
  if (files.length === 0) return [];
  if (open.length === 0) return [ok('config-file-modes', 'files with secrets are closed to others')];
  return [
    {
      ...warning(
        'config-file-modes',
        `Other users of this machine can read ${open.length === 1 ? 'a file' : `${open.length} files`} with secrets`,
        'Close them:',
      ),
      paste: open.map(({ path }) => `chmod 600 ${path}`),
    },
  ];
}
