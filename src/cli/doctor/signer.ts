import { intermediateName, type Config } from '../../config/config.ts';
import { nearest } from '../../config/nearest.ts';
import type { AuthorityNames } from '../../mesh/setup.ts';
import { listNames } from '../../mesh/wording.ts';
import { failed, failedBy, ok, untried, whenSeen, type Finding } from './result.ts';

/** The objects of the authority, where the configuration says they are. */
export function judgeSigner({ kinds, roots, issuers, intermediates }: AuthorityNames, { authority, clusters }: Config): readonly Finding[] {
  if (!kinds.ok) return [failedBy('signer-kinds', kinds.failure)];
  if (!kinds.value)
    return [
      failed(
        'signer-kinds',
        'The API server knows no Certificates: cert-manager is not installed',
        'Install cert-manager here, or give the role signer to the cluster that has it.',
      ),
      untried('signer-root', 'root, issuer and intermediates not looked for: cert-manager is not installed'),
    ];
  const { root, issuer } = authority;
  const wanted = clusters.map(({ name }) => intermediateName(authority, name));
  return [
    ok('signer-kinds', 'cert-manager is installed'),
    ...whenSeen('signer-root', 'the root', roots, (names) => [
      present('signer-root', {
        kind: 'Certificate',
        place: ` in ${root.namespace}`,
        wanted: [root.certificate],
        names,
        setting: 'authority.root',
      }),
    ]),
    ...whenSeen('signer-issuer', 'the issuer', issuers, (names) => [
      present('signer-issuer', { kind: 'ClusterIssuer', place: '', wanted: [issuer], names, setting: 'authority.issuer' }),
    ]),
    ...whenSeen('signer-intermediates', 'the intermediates', intermediates, (names) => [
      present('signer-intermediates', {
        kind: 'Certificate',
        place: ` in ${authority.intermediates.namespace}`,
        wanted,
        names,
        setting: 'authority.intermediates',
      }),
    ]),
  ];
}

interface Presence {
  readonly kind: string;
  readonly place: string;
  readonly wanted: readonly string[];
  readonly names: readonly string[];
  /** Of the configuration. */
  readonly setting: string;
}

function present(check: Finding['check'], { kind, place, wanted, names, setting }: Presence): Finding {
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length === 0) return ok(check, `${kind} ${listNames(wanted)}${place}`);
  const free = names.filter((name) => !wanted.includes(name));
  const near = missing.map((name) => nearest(name, free)).find((name) => name !== undefined);
  const there = names.length === 0 ? 'there is none at all' : `there is ${listNames(names)}`;
  const hint = near === undefined ? `Create it, or correct ${setting} in the configuration` : `Did you mean ${near}? Correct ${setting}`;
  return failed(check, `No ${kind} ${listNames(missing)}${place}`, `${hint}: ${there}.`);
}
