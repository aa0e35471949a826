/** Versions over all clusters, as a sample. Pure and total. */
import type { Cause, Sample } from '../health.ts';
import { listNames } from '../wording.ts';
import type { Taken } from './cluster.ts';

/** Versions of the istiods of each cluster; those that could not be read are left out. */
export function versionsSample(versions: ReadonlyMap<string, readonly string[]>, clusters: number, taken: Taken): Sample {
  const common = { ...taken, rule: 'version-skew', subject: { kind: 'versions' } } as const;
  const minors = [...versions].flatMap(([cluster, list]) => list.flatMap((version) => ({ cluster, version, minor: minorOf(version) })));
  const known = minors.flatMap(({ minor, ...rest }) => (minor === undefined ? [] : [{ ...rest, minor }]));
  const spread = known.length === 0 ? 0 : Math.max(...known.map(({ minor }) => minor)) - Math.min(...known.map(({ minor }) => minor));
  if (spread > 1) {
    const cause: Cause = {
      code: 'versions-apart',
      says: `istiods are ${spread} minor versions apart`,
      facts: known.map(({ cluster, version }) => `${cluster}: ${version}`),
      hint: 'Bring them to the same minor version, or at most one apart; do not rotate the root before.',
      commands: known
        .map(({ cluster }) => `kubectl --context ${cluster} -n istio-system get deployments -l app=istiod -o wide`)
        .slice(0, 2),
    };
    return { ...common, outcome: 'failing', cause };
  }
  // A version that cannot be read, such as the tag `latest`, is compared with nothing.
  const readable = new Set(known.map(({ cluster }) => cluster)).size;
  if (readable < clusters) {
    const cause: Cause = {
      code: 'versions-unseen',
      says: `the version of istiod is known in ${readable} of ${clusters} clusters`,
      facts: minors.flatMap(({ cluster, version, minor }) => (minor === undefined ? [`${cluster}: ${version}`] : [])),
      hint: 'Look at the clusters that do not answer, and at the image tags of istiod.',
      commands: [],
    };
    return { ...common, outcome: 'unknown', cause };
  }
  return { ...common, outcome: 'ok', says: listNames([...new Set(known.map(({ version }) => version))]) };
}

function minorOf(version: string): number | undefined {
  const minor = /^\d+\.(?<minor>\d+)/.exec(version)?.groups?.['minor'];
  return minor === undefined ? undefined : Number(minor);
}
