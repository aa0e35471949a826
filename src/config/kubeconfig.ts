import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { OperatorError } from '../core/errors.ts';

/** A context of a kubeconfig, as far as a configuration is made from it. No credential is kept. */
export interface KubeContext {
  readonly name: string;
  /** The file that it was read from, as an absolute path. */
  readonly file: string;
  readonly server: string;
  readonly isCurrent: boolean;
  /** The program that gets the credentials, where there is one. */
  readonly execPlugin: string | undefined;
}

const named = z.object({ name: z.string() });
const Kubeconfig = z.object({
  'current-context': z.string().nullish(),
  contexts: z.array(named.extend({ context: z.object({ cluster: z.string(), user: z.string().optional() }) })).nullish(),
  clusters: z.array(named.extend({ cluster: z.object({ server: z.string() }) })).nullish(),
  users: z.array(named.extend({ user: z.object({ exec: z.object({ command: z.string() }).nullish() }).nullish() })).nullish(),
});

/**
 * The contexts of one kubeconfig file, in its order.
 *
 * @throws OperatorError with reason `invalid` where the text is no kubeconfig; it repeats nothing of the text.
 */
export function readKubeconfig(text: string, file: string): readonly KubeContext[] {
  const parsed = Kubeconfig.safeParse(parseYaml(text, file));
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw refused(file, where === '' ? 'it is not a mapping' : `${where} is missing or has the wrong form`);
  }
  const { contexts, clusters, users, 'current-context': current } = parsed.data;
  return (contexts ?? []).flatMap(({ name, context }) => {
    const cluster = clusters?.find((entry) => entry.name === context.cluster);
    if (cluster === undefined) return [];
    const user = users?.find((entry) => entry.name === context.user);
    return [{ name, file, server: cluster.cluster.server, isCurrent: name === current, execPlugin: user?.user?.exec?.command }];
  });
}

function parseYaml(text: string, file: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw refused(file, `line ${lineCounter.linePos(error.pos[0]).line} is not YAML`);
  try {
    return document.toJS();
  } catch (error) {
    throw refused(file, 'it has an alias without an anchor', error);
  }
}

function refused(file: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError({ reason: 'invalid', what: 'Cannot read the kubeconfig', where: file, why, cause });
}
