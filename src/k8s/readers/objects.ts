/** The parts of Kubernetes objects that every reader needs, parsed at the border: unknown fields are left alone. */
import { z } from 'zod';

export const Meta = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  generation: z.number().default(0),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});

export const Named = z.object({ metadata: Meta });

/** RFC 3339 as Kubernetes writes it, to UTC milliseconds. */
export const Instant = z.string().transform((text, context) => {
  const instant = Date.parse(text);
  if (!Number.isNaN(instant)) return instant;
  context.addIssue({ code: 'custom', message: 'no time' });
  return z.NEVER;
});

/** The bytes of a Secret's value. */
export const Bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));

/** A Secret as far as it is read here. Its values stay inside the reader that asked for it. */
export const SecretObject = Named.extend({ type: z.string().default('Opaque'), data: z.record(z.string(), Bytes).default({}) });

export const ConditionList = z
  .array(
    z.object({
      type: z.string(),
      status: z.enum(['True', 'False', 'Unknown']),
      reason: z.string().optional(),
      message: z.string().optional(),
      observedGeneration: z.number().optional(),
      lastTransitionTime: Instant.optional(),
    }),
  )
  .default([])
  .transform((conditions) =>
    conditions.map(({ type, status, reason, message, observedGeneration, lastTransitionTime }) => ({
      type,
      status,
      reason,
      message,
      observedGeneration,
      lastTransition: lastTransitionTime,
    })),
  );
