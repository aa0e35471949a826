import { MINUTE } from '../../core/duration.ts';
import { crossCheckCacerts } from '../../pki/cross-check-cacerts.ts';
import { findingsOfCacerts } from '../cacerts-findings.ts';
import { CACERTS_CODES } from '../cacerts-codes.ts';
import type { ClusterCheck } from '../finding.ts';

/** Without a measurement, clocks are taken to be this far apart at most. */
const SKEW = 5 * MINUTE;

export const cacertsConsistent: ClusterCheck = {
  scope: 'cluster',
  id: 'cacerts-consistent',
  title: 'cacerts fits together',
  inputs: ['cacerts'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present', 'issuer-ready', 'intermediate-valid', 'root-valid'],
  severity: 'page',
  // What istiod refuses it refuses at its next start: nobody has to be told within seconds, and a writer in two steps may finish.
  visibleAfter: MINUTE,
  codes: CACERTS_CODES,
  evaluate({ identity, cacerts }, _snapshot, now) {
    if (!cacerts.ok || cacerts.value === null) return [];
    return findingsOfCacerts(identity, cacerts.value, crossCheckCacerts(cacerts.value, { now, skewMs: SKEW }));
  },
};
