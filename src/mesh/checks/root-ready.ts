import { HOUR, MINUTE, formatDuration } from '../../core/duration.ts';
import { authorityOf, describeCertificate, inSigner, objectName, signerName } from '../authority.ts';
import type { Finding, MeshCheck } from '../finding.ts';
import type { ManagedCertificate, Snapshot } from '../model.ts';
import { issuanceFailure, notReady } from '../readiness.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { utc } from '../wording.ts';

/** As long as the configuration gives a renewal by default before it counts as overdue. */
const MARGIN = 6 * HOUR;

export const rootReady: MeshCheck = {
  scope: 'mesh',
  id: 'root-ready',
  title: 'cert-manager keeps the root',
  inputs: ['authority'],
  atLeast: 0,
  dependsOn: ['cluster-reachable', 'cert-manager-installed', 'cert-manager-available', 'issuer-ready'],
  severity: 'ticket',
  // A first issuance takes seconds, a retry after a conflict a minute.
  visibleAfter: 5 * MINUTE,
  codes: ['root-missing', 'root-not-ready', 'root-issuance-failing', 'root-renewal-overdue'],
  evaluate(_clusters, snapshot, now) {
    const facts = authorityOf(snapshot);
    if (facts === undefined) return [];
    return facts.root === null ? [missing(snapshot)] : judge(facts.root, snapshot, now);
  },
};

function missing(snapshot: Snapshot): Finding {
  return {
    code: 'root-missing',
    severity: 'ticket',
    subject: MESH_SUBJECT,
    title: `The Certificate of the root is missing in ${signerName(snapshot)}`,
    facts: ['There is none under the configured name.'],
    hint: 'Correct authority.root in the configuration, or create it; never delete the Secret of the root: that makes a new root.',
    commands: [inSigner(snapshot, 'get certificates -A')],
  };
}

function judge(root: ManagedCertificate, snapshot: Snapshot, now: number): readonly Finding[] {
  const common = { severity: 'ticket', subject: MESH_SUBJECT, commands: [describeCertificate(snapshot, root)] } as const;
  const name = objectName(root);
  const failure = issuanceFailure(root, now);
  if (failure !== undefined) {
    const title = `The root cannot be issued: ${name} fails`;
    return [
      {
        ...common,
        code: 'root-issuance-failing',
        title,
        facts: failure,
        hint: 'Mend what the last request says, then let it be tried again.',
      },
    ];
  }
  const why = notReady(root);
  if (why !== undefined) {
    const hint = 'Look at its events before anything else: a root that is issued again is a new root for the whole mesh.';
    return [{ ...common, code: 'root-not-ready', title: `The Certificate of the root, ${name}, is not ready`, facts: [why], hint }];
  }
  const { renewalTime } = root;
  if (renewalTime === undefined || now <= renewalTime + MARGIN) return [];
  return [
    {
      ...common,
      code: 'root-renewal-overdue',
      title: `The renewal of the root is overdue by ${formatDuration(now - renewalTime)}`,
      facts: [`cert-manager was to renew ${name} at ${utc(renewalTime)}.`],
      hint: 'Disable its renewal (spec.renewal.policy: Disabled) and rotate to a new root instead: renewed in place, it breaks trust.',
    },
  ];
}
