import type { LabIstiods } from '../controllers/istiods.ts';
import type { LabCluster } from '../kubernetes/cluster.ts';
import type { Authority } from '../pki/authority.ts';
import type { MeshCluster } from './cluster.ts';
import type { Skew } from './leases.ts';
import type { Overlays } from './overlays.ts';

/** One cluster of a mesh that runs. */
export interface MeshMember extends MeshCluster {
  readonly api: LabCluster;
  readonly overlays: Overlays;
  /** How the other clusters reach its API server. */
  readonly server: string;
  /** How far its machine's clock is from the lab's. Leases and the `Date` of answers go by it. */
  readonly skew: Skew;
  /** Its istiods, which run as long as the mesh. */
  readonly istiod: LabIstiods;
  /** What its istiod was given to sign with when the mesh was built. */
  readonly signing: Authority;
  /** What the istiods of the others come in with. */
  readonly readerToken: string;
  /** What the product comes in with. */
  readonly productToken: string;
}
