import { stringify } from 'yaml';
import { canaryObjects } from '../../src/mesh/canary.ts';

const HEAD = `# The canary of cluster-a in a mesh of cluster-a and cluster-b. \`meshwarden canary install\` applies the same with the names of your configuration;
# by hand, change the names of the clusters, and the last label of the Deployment to the cluster that you apply it to.
`;

/** The text of deploy/canary/canary.yaml. */
export function canaryManifest(): string {
  const place = { namespace: 'mesh-canary', service: 'mesh-canary-{cluster}', port: 8080 };
  const documents = canaryObjects(place, 'cluster-a', ['cluster-a', 'cluster-b']);
  return HEAD + documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join('---\n');
}
