/** Where the recordings took place. */

/** istiod's own namespace. */
export const NAMESPACE = 'istio-system';
/** Those of the recordings; namespaces of other recordings on the same server are left out everywhere. */
export const NAMESPACES = ['app-one', 'app-two', 'cert-manager', 'istio-ca', NAMESPACE];
