import { OperatorError } from '../../../core/errors.ts';
import { MINUTE } from '../../../core/duration.ts';
import { assembleCacerts, type CacertsFiles } from '../../../pki/assemble-cacerts.ts';
import { inspectCacerts, type CacertsFacts } from '../../../pki/cacerts.ts';
import { crossCheckCacerts, type CacertsFault } from '../../../pki/cross-check-cacerts.ts';
import { printCertificates, readCertificates, type Certificate } from '../../../pki/certificate.ts';
import { sameBundle } from '../../../pki/bundle.ts';
import type { Step } from '../../../rotation/goal.ts';
import type { ServerTime } from '../../caller.ts';
import type { ClusterClient } from '../../client.ts';
import { signerOf, type StepContext } from '../context.ts';
import { MARKS, markTime } from '../names.ts';
import { ownershipOf } from '../ownership.ts';
import { holdMarks, recordOf, type Marks } from '../record.ts';
import { skewOf } from '../skew.ts';
import { bytesOf, conflict, contentIdOf, readSecret, requireState, type WholeSecret } from '../wire.ts';
import { mark, put, readPresent, readThere, type Present } from './cacerts.ts';
import { readCrl, requireCovering, type SuppliedCrl } from './crl.ts';
import { knownRoots } from './known-roots.ts';

type WriteStep = Extract<Step, { readonly kind: 'write' }>;
type WriteRootsStep = Extract<Step, { readonly kind: 'writeRoots' }>;

/** Margin for a clock that cannot be measured. */
const UNKNOWN_SKEW_MS = 5 * MINUTE;

/** Assembles the four files from a source, which is read again, judges them and writes them. Equal content: only the annotations, and those only where they differ. */
export async function write(step: WriteStep, context: StepContext): Promise<void> {
  const [files, present, crl] = await Promise.all([readFiles(step, context), readPresent(step, context), readCrl(step.crl, context)]);
  const { client, secret } = present;
  requireAllowed(step, present);
  if (crl !== undefined) requireCovering(crl, files, context);
  const data = await dataOf(step, { files, present, crl }, context);
  const facts = inspectCacerts(bytesOf({ data }));
  const faults = crossCheckCacerts(facts, {
    now: context.clock.now(),
    skewMs: await skewNow(client, context),
    promotion: { renewBeforeMs: context.policy.renewBeforeMs },
  });
  requireSound(faults, step, client);
  const record = recordOf(secret?.metadata.annotations ?? {});
  const revoked = [...new Set([...record.revoked, ...(step.revoke ?? [])])];
  const marks: Marks = {
    [MARKS.source]: step.fingerprint,
    ...(revoked.length === 0 ? {} : { [MARKS.revoked]: revoked.join(',') }),
    ...holdMarks(undefined),
  };
  await putOrMark(present, { data, facts, marks, takeOver: step.takeOver }, context);
}

/** Writes only another set of roots. */
export async function writeRoots(step: WriteRootsStep, context: StepContext): Promise<void> {
  const present = await readThere(step, context);
  const { client, secret } = present;
  requireOurs(secret, client);
  const rootPem = printCertificates(await pick(step.roots, secret, context));
  const data = { ...secret.data, 'root-cert.pem': Buffer.from(rootPem).toString('base64') };
  const facts = inspectCacerts(bytesOf({ data }));
  requireSound(crossCheckCacerts(facts, { now: context.clock.now(), skewMs: await skewNow(client, context) }), step, client);
  await putOrMark(present, { data, facts, marks: {}, takeOver: false }, context);
}

interface Wanted {
  readonly data: Readonly<Record<string, string>>;
  readonly facts: CacertsFacts;
  readonly marks: Marks;
  readonly takeOver: boolean;
}

async function putOrMark(present: Present, { data, facts, marks, takeOver }: Wanted, context: StepContext): Promise<void> {
  const { client, secret } = present;
  const id = contentIdOf(bytesOf({ data }));
  const isSame = secret !== undefined && contentIdOf(bytesOf(secret)) === id && ownershipOf(secret).kind === 'meshwarden';
  if (isSame) return mark({ client, secret }, marks, context);
  const written = { ...marks, [MARKS.writtenAt]: markTime(context.clock.now()), ...forgotten(secret, facts, id) };
  await put(present, { data, marks: written, takeOver }, context);
}

/** What was proved or waited for and is so no longer. */
function forgotten(secret: WholeSecret | undefined, facts: CacertsFacts, id: string): Marks {
  if (secret === undefined) return {};
  const before = inspectCacerts(bytesOf(secret));
  const record = recordOf(secret.metadata.annotations);
  return {
    ...(sameBundle(before.roots, facts.roots) ? {} : { [MARKS.rootsSince]: undefined }),
    ...(before.signing[0]?.fingerprint === facts.signing[0]?.fingerprint ? {} : { [MARKS.signerSince]: undefined }),
    // A way back to what was proved once is to be proved anew.
    ...(record.proved?.contentId === id ? { [MARKS.proved]: undefined, [MARKS.provedAt]: undefined } : {}),
  };
}

/** The files that the source gives now. */
async function readFiles(step: WriteStep, context: StepContext): Promise<CacertsFiles> {
  const client = signerOf(context);
  const { namespace, name, uid, resourceVersion } = step.source;
  const secret = await readSecret(client, { namespace, name }, context.signal);
  const what = `the source ${namespace}/${name}`;
  requireState(secret, { uid, resourceVersion }, { what, client });
  if (secret === undefined) throw conflict(client, what, 'it is gone');
  const data = bytesOf(secret);
  const assembly = assembleCacerts({ tlsCrt: data['tls.crt'], tlsKey: data['tls.key'], caCrt: data['ca.crt'] });
  if (!assembly.ok) throw conflict(client, what, assembly.faults.map(({ text }) => text).join(' '));
  if (assembly.path[0]?.fingerprint !== step.fingerprint)
    throw conflict(client, what, 'it holds another intermediate than the one that was looked at');
  return assembly.files;
}

interface Sources {
  readonly files: CacertsFiles;
  readonly present: Present;
  readonly crl: SuppliedCrl | undefined;
}

/**
 * All values as the Secret carries them. A list of revoked certificates covers the intermediates that it was made for: beside another intermediate no proxy
 * would accept a certificate of it.
 */
async function dataOf(step: WriteStep, { files, present, crl }: Sources, context: StepContext): Promise<Readonly<Record<string, string>>> {
  const { client, secret } = present;
  const kept = secret?.data['root-cert.pem'];
  const list = crl === undefined ? secret?.data['ca-crl.pem'] : base64(crl.text);
  const own = readCertificates(files['root-cert.pem']).certificates;
  if (crl === undefined && list !== undefined && secret?.data['ca-cert.pem'] !== base64(files['ca-cert.pem'])) {
    const why = 'it holds ca-crl.pem, which does not cover the new intermediate; supply a list that covers it, or take that key away';
    throw conflict(client, 'the Secret cacerts', why);
  }
  if (step.roots === 'keep' && kept === undefined)
    throw conflict(client, 'the Secret cacerts', 'it has no root-cert.pem that could be kept');
  return {
    'ca-cert.pem': base64(files['ca-cert.pem']),
    'ca-key.pem': base64(files['ca-key.pem'].reveal()),
    'cert-chain.pem': base64(files['cert-chain.pem']),
    'root-cert.pem': step.roots === 'keep' ? (kept ?? '') : base64(printCertificates(await pick(step.roots, secret, context, own))),
    ...(list === undefined ? {} : { 'ca-crl.pem': list }),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Certificates by fingerprint, in the order asked for, the same one again where it is asked for twice. */
async function pick(
  roots: readonly string[],
  secret: WholeSecret | undefined,
  context: StepContext,
  own: readonly Certificate[] = [],
): Promise<readonly Certificate[]> {
  const known = new Map([...(await knownRoots(roots, secret, own, context))].map((root) => [root.fingerprint, root]));
  return roots.map((fingerprint) => {
    const root = known.get(fingerprint);
    if (root !== undefined) return root;
    const why = `no source and no cacerts holds the root ${fingerprint}`;
    throw new OperatorError({ reason: 'conflict', what: 'Cannot put the roots together', why, next: 'Look again and decide anew.' });
  });
}

function requireAllowed(step: WriteStep, { client, secret }: Present): void {
  if (secret === undefined) return;
  const { hold, revoked } = recordOf(secret.metadata.annotations);
  if (hold?.fingerprint === step.fingerprint) throw conflict(client, 'the Secret cacerts', 'this intermediate is on hold');
  if (revoked.includes(step.fingerprint)) throw conflict(client, 'the Secret cacerts', 'the key of this intermediate counts as stolen');
  if (!step.takeOver) requireOurs(secret, client);
  if (secret.immutable) throw conflict(client, 'the Secret cacerts', 'it is immutable; delete it and create it without `immutable`');
}

function requireOurs(secret: WholeSecret, client: ClusterClient): void {
  const { kind, managers } = ownershipOf(secret);
  if (kind === 'meshwarden') return;
  const owners = managers.length === 0 ? 'somebody else' : managers.join(', ');
  throw conflict(client, 'the Secret cacerts', `its data belong to ${owners}; \`adopt\` takes it over`);
}

/** @throws OperatorError with reason `conflict` that names every fault. */
function requireSound(faults: readonly CacertsFault[], step: WriteStep | WriteRootsStep, client: ClusterClient): void {
  const isKept = step.kind === 'write' && step.roots === 'keep';
  const isTwice = step.roots !== 'keep' && new Set(step.roots).size < step.roots.length;
  const grave = faults.filter(
    ({ code, key }) => !(isTwice && code === 'duplicate-roots') && !(isKept && code === 'not-canonical' && key === 'root-cert.pem'),
  );
  if (grave.length > 0) throw conflict(client, 'what would be written to cacerts', grave.map(({ text }) => text).join(' '));
}

/** How far the clock of the cluster may be from ours now. */
async function skewNow(client: ClusterClient, { signal }: StepContext): Promise<number> {
  const times: ServerTime[] = [];
  await client.raw('/version', { signal, onServerTime: (time) => void times.push(time) });
  const skew = skewOf(times, client.cluster);
  return skew.ok ? skew.value : UNKNOWN_SKEW_MS;
}
