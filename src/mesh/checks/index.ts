/** Every check of the product. Keep sorted. */
import type { Check } from '../finding.ts';
import { clusterReachable } from './cluster-reachable.ts';
import { istiodAvailable } from './istiod-available.ts';

export const CHECKS: readonly Check[] = [clusterReachable, istiodAvailable];
