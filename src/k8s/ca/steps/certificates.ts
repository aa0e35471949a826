import { z } from 'zod';
import type { Step } from '../../../rotation/goal.ts';
import { OperatorError } from '../../../core/errors.ts';
import { readDeployments } from '../../readers/deployments.ts';
import { orMissing, shaped } from '../../readers/reading.ts';
import { apiVersionOf, CERTIFICATES, CLUSTER_ISSUERS, type Resource } from '../../resources.ts';
import { signerOf, stateNamespace, type StepContext } from '../context.ts';
import { INTENT_NAME, inGeneration, MANAGED_BY } from '../names.ts';
import { conflict, requireState } from '../wire.ts';
import { CONFIG_MAPS } from '../../resources.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

const Whole = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.number(),
  }),
  spec: z.looseObject({ issuerRef: z.looseObject({ name: z.string() }), commonName: z.string().optional() }),
  status: z
    .looseObject({
      revision: z.number().optional(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
    })
    .prefault({}),
});

/**
 * Asks cert-manager for a new certificate now, as cmctl does: the condition Issuing, in the status, in the state that was read (cmctl: pkg/renew). Where one is
 * being issued already nothing is written.
 */
export async function renew(step: StepOf<'renew'>, context: StepContext): Promise<void> {
  const client = signerOf(context);
  const { namespace, name } = step.certificate;
  const what = `the Certificate ${namespace}/${name}`;
  const object = shaped(Whole, await client.get(CERTIFICATES, { namespace, name }, { signal: context.signal }), what, { client });
  const { conditions } = object.status;
  if (conditions.some(({ type, status }) => type === 'Issuing' && status === 'True')) return;
  if (object.status.revision !== step.revision) throw conflict(client, what, 'it was issued anew since it was looked at');
  if (step.expects !== null) requireState(object, step.expects, { what, client });
  const issuing = {
    type: 'Issuing',
    status: 'True',
    reason: 'ManuallyTriggered',
    message: 'Certificate re-issuance manually triggered by meshwarden',
    lastTransitionTime: `${new Date(context.clock.now()).toISOString().slice(0, 19)}Z`,
    observedGeneration: object.metadata.generation,
  };
  const status = { ...object.status, conditions: [...conditions.filter(({ type }) => type !== 'Issuing'), issuing] };
  await client.replace(CERTIFICATES, { ...object, status }, { subresource: 'status', signal: context.signal });
}

/** cert-manager counts no longer. */
const LONGEST_NAME = 64;
/** `spec.renewal.policy` is known since 1.21, and 1.21.0 panics over it. */
const DISABLES_SINCE = [1, 21, 1] as const;
const CONTROLLER = 'app.kubernetes.io/name=cert-manager';

/** A root of its own key and name; its key is kept, and it is never renewed in place. */
export async function createRoot({ generation }: StepOf<'createRoot'>, context: StepContext): Promise<void> {
  const { root } = context.target;
  const first = await readWhole(root.namespace, root.certificate, context);
  const name = inGeneration(root.certificate, generation);
  const frozen = (await canDisable(context)) ? { renewal: { policy: 'Disabled' } } : { renewBefore: '5m' };
  const spec = {
    isCA: true,
    usages: [...CA_USAGES],
    commonName: numbered(first.spec.commonName ?? root.certificate, generation),
    secretName: name,
    duration: '87600h',
    ...frozen,
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
    issuerRef: first.spec.issuerRef,
  };
  await applyOwn(CERTIFICATES, 'Certificate', { namespace: root.namespace, name }, spec, context);
}

/** cert-manager's own choice for a CA, and the signing of lists of revoked certificates: without it istiod refuses every list. */
const CA_USAGES = ['digital signature', 'key encipherment', 'cert sign', 'crl sign'] as const;

/** The issuer that signs intermediates with the root of a generation. */
export async function createIssuer({ generation }: StepOf<'createIssuer'>, context: StepContext): Promise<void> {
  const { issuer, root } = context.target;
  const spec = { ca: { secretName: inGeneration(root.certificate, generation) } };
  await applyOwn(CLUSTER_ISSUERS, 'ClusterIssuer', { name: inGeneration(issuer, generation) }, spec, context);
}

/** A Certificate and Secret of their own for a generation; an `issuerRef` is never edited. */
export async function createIntermediate({ cluster, generation }: StepOf<'createIntermediate'>, context: StepContext): Promise<void> {
  const { intermediates, issuer } = context.target;
  const wanted = intermediates.find((one) => one.cluster === cluster);
  if (wanted === undefined) throw new OperatorError({ reason: 'invalid', what: `No intermediate is configured for cluster ${cluster}` });
  const { namespace, certificate } = wanted;
  const name = inGeneration(certificate, generation);
  const earlier = await readEarlier(namespace, certificate, generation, context);
  const spec = {
    duration: '4320h',
    renewBefore: '1440h',
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    ...copied(earlier?.spec ?? {}),
    isCA: true,
    usages: [...CA_USAGES],
    commonName: name.slice(-LONGEST_NAME),
    secretName: name,
    issuerRef: { name: inGeneration(issuer, generation), kind: 'ClusterIssuer', group: 'cert-manager.io' },
  };
  await applyOwn(CERTIFICATES, 'Certificate', { namespace, name }, spec, context);
}

/** What a later generation takes over from an earlier one: how long it lives and what its key is. */
function copied(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { duration, renewBefore, privateKey } = spec;
  const lives = duration === undefined ? {} : { duration, ...(renewBefore === undefined ? {} : { renewBefore }) };
  const isKey = typeof privateKey === 'object' && privateKey !== null;
  return { ...lives, ...(isKey && 'algorithm' in privateKey ? { privateKey: { ...privateKey, rotationPolicy: 'Always' } } : {}) };
}

function numbered(commonName: string, generation: number): string {
  const suffix = ` g${generation}`;
  return `${commonName.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
}

async function readWhole(namespace: string, name: string, context: StepContext): Promise<z.infer<typeof Whole>> {
  const client = signerOf(context);
  const object = await client.get(CERTIFICATES, { namespace, name }, { signal: context.signal });
  return shaped(Whole, object, `the Certificate ${namespace}/${name}`, { client });
}

/** The latest generation before this one that is there. */
async function readEarlier(namespace: string, certificate: string, generation: number, context: StepContext) {
  const client = signerOf(context);
  for (let before = generation - 1; before >= 1; before -= 1) {
    const name = inGeneration(certificate, before);
    const object = await orMissing(client.get(CERTIFICATES, { namespace, name }, { signal: context.signal }));
    if (object !== undefined) return shaped(Whole, object, `the Certificate ${namespace}/${name}`, { client });
  }
  return undefined;
}

async function canDisable(context: StepContext): Promise<boolean> {
  const client = signerOf(context);
  const reading = { client, signal: context.signal, kubeconfigs: new Map() };
  const [controller] = await readDeployments(reading, context.target.root.namespace, CONTROLLER);
  const parts = (controller?.version ?? '').split('.').map((part) => Number.parseInt(part, 10));
  const differs = DISABLES_SINCE.findIndex((wanted, at) => parts[at] !== wanted);
  if (differs === -1) return true;
  return (parts[differs] ?? 0) > (DISABLES_SINCE[differs] ?? 0);
}

/** Repeating it changes nothing; what belongs to somebody else is not taken. */
async function applyOwn(
  resource: Resource,
  kind: string,
  place: { readonly namespace?: string; readonly name: string },
  spec: object,
  context: StepContext,
): Promise<void> {
  const metadata = { ...place, labels: MANAGED_BY };
  await signerOf(context).apply(resource, { apiVersion: apiVersionOf(resource), kind, metadata, spec }, { signal: context.signal });
}

/** Takes Certificates and issuer of a generation away, the root last: as long as it is there the generation is seen. Their Secrets stay. */
export async function retire({ generation }: StepOf<'retire'>, context: StepContext): Promise<void> {
  const client = signerOf(context);
  const { root, issuer, intermediates } = context.target;
  const { signal } = context;
  await Promise.all(
    intermediates.map(({ namespace, certificate }) =>
      orMissing(client.delete(CERTIFICATES, { namespace, name: inGeneration(certificate, generation) }, { signal })),
    ),
  );
  await orMissing(client.delete(CLUSTER_ISSUERS, { name: inGeneration(issuer, generation) }, { signal }));
  await orMissing(client.delete(CERTIFICATES, { namespace: root.namespace, name: inGeneration(root.certificate, generation) }, { signal }));
}

/** Takes the intent away. One that is gone is closed. */
export async function closeIntent({ expects }: StepOf<'closeIntent'>, context: StepContext): Promise<void> {
  const place = { namespace: stateNamespace(context.target), name: INTENT_NAME };
  const preconditions = expects === null ? {} : { preconditions: { uid: expects.uid, resourceVersion: expects.resourceVersion } };
  await orMissing(signerOf(context).delete(CONFIG_MAPS, place, { ...preconditions, signal: context.signal }));
}
