/** Every check of the product. Keep sorted. */
import type { Check } from '../finding.ts';
import { cacertsConsistent } from './cacerts-consistent.ts';
import { cacertsPresent } from './cacerts-present.ts';
import { clusterReachable } from './cluster-reachable.ts';
import { intermediateExpiry } from './intermediate-expiry.ts';
import { istiodAvailable } from './istiod-available.ts';
import { istiodInstalled } from './istiod-installed.ts';
import { kubernetesVersion } from './kubernetes-version.ts';

export const CHECKS: readonly Check[] = [
  cacertsConsistent,
  cacertsPresent,
  clusterReachable,
  intermediateExpiry,
  istiodAvailable,
  istiodInstalled,
  kubernetesVersion,
];
