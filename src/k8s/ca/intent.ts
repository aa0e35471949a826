import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import { Goal } from '../../rotation/goal.ts';
import type { Intent, IntentObject } from '../../rotation/model.ts';
import { apiVersionOf, CONFIG_MAPS } from '../resources.ts';
import { orMissing, shaped, type Reading } from '../readers/reading.ts';
import { signerOf, stateNamespace, type StepContext } from './context.ts';
import { INTENT_KEY, INTENT_NAME, KIND_LABEL, MANAGED_BY } from './names.ts';

const instant = z.number().int();

/** The intent as it is kept: what is undefined is left out of the JSON. */
const StoredIntent = z
  .object({
    id: z.string().regex(/^[a-z2-7]{4,12}$/),
    goal: Goal,
    planHash: z.string(),
    direction: z.enum(['forward', 'back']),
    paused: z.boolean(),
    startsAt: instant,
    createdAt: instant,
    by: z.string(),
    approvedBy: z.array(z.object({ user: z.string(), at: instant })),
    baseline: z.object({
      signers: z.record(z.string(), z.string()),
      contents: z.record(z.string(), z.string()),
      revision: z.number().optional(),
      roots: z.array(z.string()),
      generation: z.number(),
      leafLifeMs: z.number(),
    }),
    shownIn: z.object({ channel: z.string(), message: z.string() }).optional(),
    agreed: z.array(z.string()),
  })
  .transform(({ shownIn, baseline, ...rest }): Intent => ({ ...rest, shownIn, baseline: { ...baseline, revision: baseline.revision } }));

const IntentMap = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

/** What was asked for and is under way; null: nothing. */
export async function readIntent(reading: Reading, namespace: string): Promise<IntentObject | null> {
  const object = await orMissing(reading.client.get(CONFIG_MAPS, { namespace, name: INTENT_NAME }, { signal: reading.signal }));
  return object === undefined ? null : intentObject(object, reading);
}

function intentObject(object: unknown, reading: Pick<Reading, 'client'>): IntentObject {
  const { metadata, data } = shaped(IntentMap, object, `the ConfigMap ${INTENT_NAME}`, reading);
  const parsed = StoredIntent.safeParse(jsonOf(data[INTENT_KEY] ?? ''));
  if (parsed.success) return { uid: metadata.uid, resourceVersion: metadata.resourceVersion, intent: parsed.data };
  throw new OperatorError({
    reason: 'protocol',
    what: 'Cannot understand what is under way',
    where: `cluster ${reading.client.cluster}, ConfigMap ${INTENT_NAME}`,
    why: `its field ${parsed.error.issues[0]?.path.join('.') || '(whole)'} has another shape than expected`,
    next: 'Somebody else wrote it, or another version of meshwarden: nothing is changed until it is mended or deleted.',
  });
}

/** Undefined where it is no JSON: the shape is told as wrong then. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws OperatorError with reason `conflict` where something is under way already. */
export async function createIntent(intent: Intent, context: StepContext): Promise<IntentObject> {
  const client = signerOf(context);
  return intentObject(await client.create(CONFIG_MAPS, intentMap(intent, context), { signal: context.signal }), { client });
}

/** @throws OperatorError with reason `conflict` where it changed since it was read. */
export async function updateIntent({ uid, resourceVersion, intent }: IntentObject, context: StepContext): Promise<IntentObject> {
  const client = signerOf(context);
  const manifest = intentMap(intent, context);
  const object = { ...manifest, metadata: { ...manifest.metadata, uid, resourceVersion } };
  return intentObject(await client.replace(CONFIG_MAPS, object, { signal: context.signal }), { client });
}

function intentMap(intent: Intent, { target }: StepContext) {
  return {
    apiVersion: apiVersionOf(CONFIG_MAPS),
    kind: 'ConfigMap',
    metadata: { namespace: stateNamespace(target), name: INTENT_NAME, labels: { ...MANAGED_BY, [KIND_LABEL]: 'intent' } },
    data: { [INTENT_KEY]: JSON.stringify(intent) },
  };
}
