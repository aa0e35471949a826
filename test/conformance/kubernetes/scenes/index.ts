/** The scene of each recording that needs one. */
import type { RecordingName } from '../recording.ts';
import type { Scene } from '../replay.ts';
import { deletion } from './deletion.ts';
import { expired, list, watch } from './reads.ts';
import { accounts, definitions, discovery, overload, pods, rollout, slices } from './server.ts';
import { apply, crud, lease, patches } from './writes.ts';

export const SCENES: Readonly<Partial<Record<RecordingName, Scene>>> = {
  crd: definitions,
  crud,
  delete: deletion,
  'deployment-rollout': rollout,
  discovery,
  endpointslices: slices,
  lease,
  list,
  patches,
  pods,
  'server-side-apply': apply,
  serviceaccount: accounts,
  'starting-and-overload': overload,
  watch,
  'watch-expired': expired,
};
