import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { variable, type ConfigSources } from './sources.ts';

/** A path as written, made absolute: relative ones start at `folder`, `~/` at home. */
export function absolute(path: string, folder: string, { environment }: ConfigSources): string {
  const home = variable(environment, 'HOME');
  if (path.startsWith('~/') && home !== undefined) return join(home, path.slice(2));
  return isAbsolute(path) ? path : resolve(folder, path);
}

/** The kubeconfig files that kubectl would read: those of KUBECONFIG, else the one at home. */
export function defaultKubeconfig(sources: ConfigSources): readonly string[] {
  const listed = (variable(sources.environment, 'KUBECONFIG') ?? '').split(delimiter).filter((path) => path !== '');
  const paths = listed.length > 0 ? listed : ['~/.kube/config'];
  return paths.map((path) => absolute(path, sources.cwd, sources));
}

/** The places where a configuration file is looked for, in order, where none is named. */
export function defaultFiles(sources: ConfigSources): readonly string[] {
  return [join(sources.cwd, 'meshwarden.yaml'), '/etc/meshwarden/meshwarden.yaml'];
}

/** The file that the command line or the environment names. */
export function namedFile(path: string | undefined, sources: ConfigSources): string | undefined {
  const named = path ?? variable(sources.environment, 'MESHWARDEN_CONFIG');
  return named === undefined ? undefined : absolute(named, sources.cwd, sources);
}

/** The folder that a file's relative paths start at. */
export function folderOf(file: string): string {
  return dirname(file);
}
