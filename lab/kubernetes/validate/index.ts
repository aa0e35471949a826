/** Which rules an object of a kind must keep. Only the kinds and rules that the product's own mistakes could break. */
import { invalid } from '../status.ts';
import { customFaults, definitionFaults } from './custom.ts';
import { leaseFaults } from './lease.ts';
import { metadataFaults } from './metadata.ts';
import type { Rule, Validation } from './rule.ts';
import { configMapFaults, immutableFaults, secretFaults } from './secret.ts';
import { serviceFaults, sliceFaults } from './service.ts';
import { deploymentFaults, podFaults } from './workload.ts';

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  '/secrets': [secretFaults, immutableFaults],
  '/configmaps': [configMapFaults, immutableFaults],
  '/services': [serviceFaults],
  '/pods': [podFaults],
  'discovery.k8s.io/endpointslices': [sliceFaults],
  'apps/deployments': [deploymentFaults],
  'coordination.k8s.io/leases': [leaseFaults],
  'apiextensions.k8s.io/customresourcedefinitions': [definitionFaults],
};

/** Throws the 422 that names every fault. */
export function validate(validation: Validation): void {
  const { resource, after } = validation;
  const rules = RULES[`${resource.group}/${resource.resource}`] ?? [];
  const faults = [metadataFaults, customFaults, ...rules].flatMap((rule) => rule(validation));
  if (faults.length > 0) throw invalid(resource, after.metadata.name ?? '', faults);
}
