/** Ways in which what cert-manager keeps for a cluster can be wrong, while nobody mends it. */
import type { CertManager } from '../../controllers/cert-manager.ts';
import type { LabFault } from '../../faults.ts';
import { fieldsAt } from '../../kubernetes/object.ts';
import { createAuthority } from '../../pki/authority.ts';
import { intermediateOf, lifeOf } from '../cert-manager.ts';
import type { MeshMember } from '../member.ts';
import { base64, secretData } from '../text.ts';
import { changingOne } from './changes.ts';
import { switching } from './switching.ts';

const GROUP = 'Certificate authority';

/** Of one cluster, in the signer: garbage, and a certificate of another root. */
export function sourceFaults(signer: MeshMember, member: MeshMember, certManager: CertManager, now: () => number): LabFault[] {
  const { namespace, name } = intermediateOf(member.name);
  const secret = { kind: 'Secret', namespace, name };
  const garbage = changingOne(
    {
      id: `source-garbage-${member.name}`,
      title: `Put garbage into the source of ${member.name}`,
      explain: `cert-manager's Secret for ${member.name} is damaged and nobody repairs it: it is not published, and ${member.name} keeps its last good one.`,
      group: GROUP,
    },
    signer,
    () => [
      {
        ...secret,
        change: (object) => object && { ...object, data: { ...fieldsAt(object, 'data'), 'tls.crt': base64('this is no certificate\n') } },
      },
    ],
  );
  const foreign = changingOne(
    {
      id: `source-foreign-${member.name}`,
      title: `Sign the source of ${member.name} by another root`,
      explain: 'What the Secret holds is whole, but of a root that nobody trusts: distribution refuses it and names what changes a root.',
      group: GROUP,
    },
    signer,
    () => {
      const shape = intermediateOf(member.name);
      const other = createAuthority({ commonName: 'another-root', ...lifeOf(shape, now()) });
      const issued = other.issueIntermediate({ commonName: name, ...lifeOf(shape, now() - 3_600_000) });
      const data = secretData({ 'tls.crt': issued.certificatePem, 'tls.key': issued.keyPem, 'ca.crt': other.certificatePem });
      return [{ ...secret, change: (object) => object && { ...object, data } }];
    },
  );
  // A controller that looks at it would mend it at once.
  const alone = (on: boolean): void => (on ? certManager.setAside(namespace, name) : certManager.takeBack(namespace, name));
  return [switching(garbage, alone), switching(foreign, alone)];
}
