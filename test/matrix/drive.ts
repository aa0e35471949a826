/** Carries changes to their end, as the service does: again and again, agreeing to what is asked and letting waits pass. */
import { advanceChange, distribute, planChange, startChange, steerChange, type StartRequest } from '../../src/changes/engine.ts';
import type { ChangeView } from '../../src/changes/ports.ts';
import { MINUTE } from '../../src/core/duration.ts';
import type { Goal } from '../../src/rotation/goal.ts';
import type { CaCluster, CaState, SourceSecret } from '../../src/rotation/model.ts';
import type { Process, Stage } from './stage.ts';

const PATIENCE_MS = 5 * MINUTE;
const MOST_LOOKS = 80;
/** Nothing more comes of it by itself. */
const OVER: ReadonlySet<ChangeView['state']> = new Set(['done', 'aborted', 'failed', 'stuck']);

/** A plan that was made and approved. A distribution needs none. */
export interface Approval {
  readonly goal: Goal;
  readonly request: StartRequest | undefined;
}

/** Plans from a look, as the person saw it who approved. */
export async function approve(stage: Stage, goal: Goal, id = 'k7f3'): Promise<Approval> {
  if (goal.kind === 'distribute') return { goal, request: undefined };
  const process = stage.start();
  const planned = await planChange(goal, process.context);
  await process.close();
  if (planned.kind !== 'plan') throw new Error(`There is no plan for ${goal.kind}: ${JSON.stringify(planned)}`);
  stage.said.push(JSON.stringify(planned));
  const { hash: planHash } = planned.plan;
  const common = { id, goal, planHash, by: 'lena', approvedBy: [{ user: 'lena', at: stage.mesh.clock.now() }] };
  return { goal, request: { ...common, startsAt: 0, shownIn: undefined, patienceMs: PATIENCE_MS } };
}

/** Begins, or goes on where it stands: the same job once more. */
export async function carry(stage: Stage, process: Process, approval: Approval): Promise<ChangeView> {
  const { goal, request } = approval;
  const { context } = process;
  const { clock } = stage.mesh;
  stage.watch.purpose = goal.kind;
  const again = (): Promise<ChangeView> => distribute({ only: undefined, by: 'cron', patienceMs: PATIENCE_MS }, context);
  let view = request === undefined ? await again() : await startChange(request, context);
  for (let looks = 0; looks < MOST_LOOKS && !OVER.has(view.state); looks += 1) {
    const { until, question, id } = view;
    if (question !== undefined) await steerChange({ id, op: 'agree', question, by: 'lena' }, context);
    else clock.advance(until === undefined ? MINUTE : Math.max(0, until - clock.now() + 1_000));
    await stage.settled();
    view = request === undefined ? await again() : ((await advanceChange(context, { patienceMs: PATIENCE_MS })) ?? view);
  }
  stage.said.push(JSON.stringify(view));
  return view;
}

/** What a cluster has come to, by what it is and not by its bytes, which differ from run to run. */
export interface EndOfCluster {
  readonly name: string;
  /** Of the source that it signs with; `older`: one that cert-manager no longer has. */
  readonly signs: string;
  readonly served: boolean;
  readonly proved: boolean;
  readonly roots: number;
  readonly held: boolean;
  readonly revoked: number;
  readonly backups: number;
}

export interface End {
  readonly clusters: readonly EndOfCluster[];
  readonly underWay: boolean;
  /** How often each Certificate was issued. */
  readonly revisions: Readonly<Record<string, number>>;
}

/** A look at everything by somebody who knows nothing. */
export async function endOf(stage: Stage): Promise<End> {
  const process = stage.start();
  const { authority, signal } = process.context;
  const state = await authority.look({ probe: 'all' }, signal);
  await process.close();
  stage.said.push(JSON.stringify(state));
  const certificates = stage.mesh.signer.api.store.list('Certificate');
  return {
    clusters: state.clusters.map((cluster) => endOfCluster(cluster, state)),
    underWay: !state.intent.ok || state.intent.value !== null,
    revisions: Object.fromEntries(
      certificates.map(({ metadata, ...rest }) => [
        metadata.name ?? '',
        (rest as { readonly status?: { readonly revision?: number } }).status?.revision ?? 0,
      ]),
    ),
  };
}

function endOfCluster({ identity, cacerts, istiods, backups }: CaCluster, { signer }: CaState): EndOfCluster {
  const { name } = identity;
  if (!cacerts.ok || cacerts.value === null || !istiods.ok || !backups.ok) throw new Error(`${name} cannot be seen`);
  const { facts, record, contentId } = cacerts.value;
  const signing = facts.signing[0]?.fingerprint;
  const sources = signer.ok ? signer.value.sources.filter(({ cluster }) => cluster === name) : [];
  const source = sources.find(({ secret }) => secret.ok && signerOf(secret.value) === signing);
  const serves = istiods.value.map(({ served }) => (served?.ok === true ? served.value.certificates[1]?.fingerprint : undefined));
  return {
    name,
    signs: source === undefined ? 'older' : `generation ${source.generation}`,
    served: serves.length > 0 && serves.every((one) => one === signing),
    proved: record.proved?.contentId === contentId,
    roots: facts.roots.length,
    held: record.hold !== undefined,
    revoked: record.revoked.length,
    backups: backups.value.length,
  };
}

function signerOf(secret: SourceSecret | null): string | undefined {
  return secret?.assembly.ok === true ? secret.assembly.signing.fingerprint : undefined;
}
