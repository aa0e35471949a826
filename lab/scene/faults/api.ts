/** Faults of a cluster's API server, and of the product's way in. */
import { toggle, type LabFault } from '../../faults.ts';
import type { MeshMember } from '../member.ts';
import { PRODUCT_GROUPS, PRODUCT_USER } from '../rbac.ts';

const GROUP = 'API servers';
const SLOW_MS = 3000;

/** Stopped, frozen, slow, and a token that is refused. */
export function apiFaults({ name, api, productToken }: MeshMember): LabFault[] {
  return [
    toggle(
      {
        id: `api-stopped-${name}`,
        title: `Stop the API of ${name}`,
        explain: `Connections to ${name} are refused: it is unreachable, and nothing else is said about it.`,
        group: GROUP,
      },
      () => api.faults.down(),
      () => api.faults.up(),
    ),
    toggle(
      {
        id: `api-frozen-${name}`,
        title: `Freeze the API of ${name}`,
        explain: `${name} takes connections and answers nothing: calls end at their deadline.`,
        group: GROUP,
      },
      () => api.faults.freeze(),
      () => api.faults.thaw(),
    ),
    toggle(
      {
        id: `api-slow-${name}`,
        title: `Slow the API of ${name}`,
        explain: `Each answer of ${name} takes ${SLOW_MS / 1000} s longer.`,
        group: GROUP,
      },
      () => api.faults.delayMs(SLOW_MS),
      () => api.faults.delayMs(0),
    ),
    toggle(
      {
        id: `token-expired-${name}`,
        title: `Expire our token for ${name}`,
        explain: `${name} answers 401 to the product: its kubeconfig has to be renewed.`,
        group: GROUP,
      },
      () => api.faults.tokenExpired(PRODUCT_USER),
      () => void api.addUser(PRODUCT_USER, { token: productToken, groups: PRODUCT_GROUPS }),
    ),
  ];
}
