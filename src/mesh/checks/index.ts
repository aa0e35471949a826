/** Every check of the product. Keep sorted. */
import type { Check } from '../finding.ts';
import { apiCertificate } from './api-certificate.ts';
import { cacertsConsistent } from './cacerts-consistent.ts';
import { cacertsCurrent } from './cacerts-current.ts';
import { cacertsPresent } from './cacerts-present.ts';
import { certManagerAvailable } from './cert-manager-available.ts';
import { certManagerInstalled } from './cert-manager-installed.ts';
import { certManagerVersion } from './cert-manager-version.ts';
import { clusterReachable } from './cluster-reachable.ts';
import { crossNetworkGateway } from './cross-network-gateway.ts';
import { gatewayPresent } from './gateway-present.ts';
import { gatewayReady } from './gateway-ready.ts';
import { intermediateExpiry } from './intermediate-expiry.ts';
import { intermediateIssuance } from './intermediate-issuance.ts';
import { intermediateReady } from './intermediate-ready.ts';
import { intermediateSignedByRoot } from './intermediate-signed-by-root.ts';
import { intermediateValid } from './intermediate-valid.ts';
import { issuerReady } from './issuer-ready.ts';
import { istioVersionSkew } from './istio-version-skew.ts';
import { istiodAvailable } from './istiod-available.ts';
import { istiodInstalled } from './istiod-installed.ts';
import { istiodVersion } from './istiod-version.ts';
import { kubernetesVersion } from './kubernetes-version.ts';
import { lifetimesNested } from './lifetimes-nested.ts';
import { namespaceNetworkLabel } from './namespace-network-label.ts';
import { oneKeyPerCluster } from './one-key-per-cluster.ts';
import { remoteSecretPresent } from './remote-secret-present.ts';
import { remoteSecretToken } from './remote-secret-token.ts';
import { remoteSecretWellFormed } from './remote-secret-well-formed.ts';
import { renewalOverdue } from './renewal-overdue.ts';
import { rootLifetime } from './root-lifetime.ts';
import { rootPolicy } from './root-policy.ts';
import { rootReady } from './root-ready.ts';
import { rootValid } from './root-valid.ts';
import { trustPublished } from './trust-published.ts';
import { trustRootsShared } from './trust-roots-shared.ts';

export const CHECKS: readonly Check[] = [
  apiCertificate,
  cacertsConsistent,
  cacertsCurrent,
  cacertsPresent,
  certManagerAvailable,
  certManagerInstalled,
  certManagerVersion,
  clusterReachable,
  crossNetworkGateway,
  gatewayPresent,
  gatewayReady,
  intermediateExpiry,
  intermediateIssuance,
  intermediateReady,
  intermediateSignedByRoot,
  intermediateValid,
  issuerReady,
  istioVersionSkew,
  istiodAvailable,
  istiodInstalled,
  istiodVersion,
  kubernetesVersion,
  lifetimesNested,
  namespaceNetworkLabel,
  oneKeyPerCluster,
  remoteSecretPresent,
  remoteSecretToken,
  remoteSecretWellFormed,
  renewalOverdue,
  rootLifetime,
  rootPolicy,
  rootReady,
  rootValid,
  trustPublished,
  trustRootsShared,
];
