import { z } from 'zod';
import type { IssuerFacts, ManagedCertificate } from '../../mesh/model.ts';
import { CERTIFICATES, CLUSTER_ISSUERS } from '../resources.ts';
import { ConditionList, Instant, Named } from './objects.ts';
import { orMissing, shaped, type Reading } from './reading.ts';

/** A Certificate as the API server sends it. */
export const CertificateObject = Named.extend({
  spec: z.object({
    secretName: z.string(),
    isCA: z.boolean().default(false),
    commonName: z.string().optional(),
    duration: z.string().optional(),
    renewBefore: z.string().optional(),
    privateKey: z.object({ rotationPolicy: z.string().optional() }).default({}),
    renewal: z.object({ policy: z.string().optional() }).default({}),
    issuerRef: z.object({ name: z.string(), kind: z.string().default('Issuer'), group: z.string().default('cert-manager.io') }),
  }),
  status: z
    .object({
      conditions: ConditionList,
      revision: z.number().optional(),
      notBefore: Instant.optional(),
      notAfter: Instant.optional(),
      renewalTime: Instant.optional(),
      lastFailureTime: Instant.optional(),
      failedIssuanceAttempts: z.number().optional(),
    })
    .prefault({}),
});

const Issuer = Named.extend({
  spec: z.object({ ca: z.object({ secretName: z.string() }).optional(), selfSigned: z.unknown().optional() }),
  status: z.object({ conditions: ConditionList }).prefault({}),
});

/** A Certificate by name; null where there is none. */
export async function readCertificate(reading: Reading, namespace: string, name: string): Promise<ManagedCertificate | null> {
  const object = await orMissing(reading.client.get(CERTIFICATES, { namespace, name }, { signal: reading.signal }));
  return object === undefined ? null : certificateFacts(shaped(CertificateObject, object, `the Certificate ${namespace}/${name}`, reading));
}

/** All Certificates of a namespace. */
export async function readCertificates(reading: Reading, namespace: string): Promise<readonly ManagedCertificate[]> {
  const items = await reading.client.list(CERTIFICATES, { namespace, signal: reading.signal });
  return items.map((item) => certificateFacts(shaped(CertificateObject, item, 'a Certificate', reading)));
}

export async function readClusterIssuers(reading: Reading): Promise<readonly IssuerFacts[]> {
  const items = await reading.client.list(CLUSTER_ISSUERS, { signal: reading.signal });
  return items
    .map((item) => issuerFacts(shaped(Issuer, item, 'a ClusterIssuer', reading)))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What the product knows of a Certificate. */
export function certificateFacts({ metadata, spec, status }: z.infer<typeof CertificateObject>): ManagedCertificate {
  const { isCA, commonName, duration, renewBefore, privateKey, renewal, issuerRef } = spec;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    secretName: spec.secretName,
    generation: metadata.generation,
    spec: {
      isCa: isCA,
      commonName,
      duration,
      renewBefore,
      rotationPolicy: privateKey.rotationPolicy,
      renewalDisabled: renewal.policy === 'Disabled',
      issuer: issuerRef,
    },
    conditions: status.conditions,
    revision: status.revision,
    notBefore: status.notBefore,
    notAfter: status.notAfter,
    renewalTime: status.renewalTime,
    lastFailureTime: status.lastFailureTime,
    failedAttempts: status.failedIssuanceAttempts,
  };
}

function issuerFacts({ metadata, spec, status }: z.infer<typeof Issuer>): IssuerFacts {
  return {
    kind: 'ClusterIssuer',
    namespace: undefined,
    name: metadata.name,
    type: issuerType(spec),
    secretName: spec.ca?.secretName,
    conditions: status.conditions,
  };
}

function issuerType({ ca, selfSigned }: z.infer<typeof Issuer>['spec']): IssuerFacts['type'] {
  if (ca !== undefined) return 'ca';
  return selfSigned === undefined ? 'other' : 'selfSigned';
}
