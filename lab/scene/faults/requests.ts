/** What can happen to requests for a certificate on their way to cert-manager's issuers. */
import type { CertManager } from '../../controllers/cert-manager.ts';
import { action, type LabFault } from '../../faults.ts';

const GROUP = 'Certificate authority';

/** Requests that wait, and the next one denied or failed. */
export function requestFaults(certManager: CertManager): LabFault[] {
  return [
    waiting(certManager),
    action(
      {
        id: 'deny-next-request',
        title: 'Deny the next request for a certificate',
        explain: 'An approver refuses it: a renewal is then tried again after an hour, and one by hand not at all.',
        group: GROUP,
      },
      () => certManager.denyNext(),
    ),
    action(
      {
        id: 'fail-next-request',
        title: 'Fail the next request for a certificate',
        explain: 'The issuer cannot sign it: a renewal is then tried again after an hour, and one by hand not at all.',
        group: GROUP,
      },
      () => certManager.failNext(),
    ),
  ];
}

function waiting(certManager: CertManager): LabFault {
  let on = false;
  return {
    id: 'cert-manager-slow',
    title: 'Let requests for certificates wait',
    explain: 'cert-manager approves them and signs none until this is undone: a renewal has begun and does not end.',
    group: GROUP,
    kind: 'toggle',
    get on() {
      return on;
    },
    set(wanted) {
      on = wanted;
      if (wanted) certManager.slow();
      else certManager.release();
      return Promise.resolve();
    },
  };
}
