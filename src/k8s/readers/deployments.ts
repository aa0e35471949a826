import { z } from 'zod';
import type { DeploymentFacts } from '../../mesh/model.ts';
import { DEPLOYMENTS } from '../resources.ts';
import { Named } from './objects.ts';
import { shaped, type Reading } from './reading.ts';

const Deployment = Named.extend({
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string().default('') })) }) }),
  }),
  status: z.object({ availableReplicas: z.number().default(0) }).default({ availableReplicas: 0 }),
});

/** A version inside an image tag: `1.30.4`, also of `1.30.4-distroless` and `v1.21.1`. */
const TAG = /:v?(?<version>\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.?\d*)?)[^/]*$/;

/** The Deployments of a namespace that carry a label, sorted by name. */
export async function readDeployments(reading: Reading, namespace: string, labelSelector: string): Promise<readonly DeploymentFacts[]> {
  const items = await reading.client.list(DEPLOYMENTS, { namespace, labelSelector, signal: reading.signal });
  return items
    .map((item) => deploymentFacts(shaped(Deployment, item, 'a Deployment', reading)))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function deploymentFacts({ metadata, spec, status }: z.infer<typeof Deployment>): DeploymentFacts {
  const images = spec.template.spec.containers.map(({ image }) => image);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    revision: metadata.labels['istio.io/rev'] ?? 'default',
    desired: spec.replicas,
    available: status.availableReplicas,
    images,
    version: versionOf(images) ?? metadata.labels['app.kubernetes.io/version']?.replace(/^v/, ''),
  };
}

/** The version in the tag of the first image that has one. */
export function versionOf(images: readonly string[]): string | undefined {
  return images.map((image) => TAG.exec(image)?.groups?.['version']).find((version) => version !== undefined);
}
