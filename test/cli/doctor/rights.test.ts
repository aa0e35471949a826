import { describe, expect, it } from 'vitest';
import { judgeRights } from '../../../src/cli/doctor/rights.ts';
import type { Finding } from '../../../src/cli/doctor/result.ts';
import { lostBy } from '../../../src/cli/doctor/write-features.ts';
import { signerWriterRights, writerRights } from '../../../src/k8s/rights.ts';
import type { AuthorityNames, InsideFacts, SetupRight } from '../../../src/mesh/setup.ts';
import { INSIDE, seen, unseen } from './setups.ts';

const WRITER = writerRights('istio-system');
const SIGNER = [...WRITER, ...signerWriterRights('cert-manager', 'istio-ca')];
const AUTHORITY: AuthorityNames = { kinds: seen(true), issuers: seen([]), roots: seen([]), intermediates: seen([]) };

function judged(changes: Partial<InsideFacts>): readonly Finding[] {
  return judgeRights({ ...INSIDE, ...changes }, 'cert-manager').filter(({ check }) => check === 'cluster-write-rights');
}

function of(resource: string, more: Partial<SetupRight> = {}): readonly SetupRight[] {
  return SIGNER.filter(
    (right) => right.resource === resource && Object.entries(more).every(([field, value]) => right[field as keyof SetupRight] === value),
  );
}

describe('rights to change the authority', () => {
  it('that are all there', () => {
    expect(judged({ writeRights: WRITER.length })).toEqual([
      { check: 'cluster-write-rights', state: 'ok', text: 'all rights to change the authority are there' },
    ]);
  });

  it('of which there is none: read-only, which is a choice and no failure', () => {
    const ok = {
      check: 'cluster-write-rights',
      state: 'ok',
      text: 'read-only here: everything that looks works, and cacerts is never changed',
    };
    expect(judged({ missingWriteRights: seen(WRITER), writeRights: WRITER.length })).toEqual([
      { ...ok, next: 'Nothing, where that is meant. To distribute and rotate apply deploy/rbac/writer.yaml.' },
    ]);
    expect(judged({ missingWriteRights: seen(SIGNER), writeRights: SIGNER.length, authority: AUTHORITY })).toEqual([
      {
        ...ok,
        next: 'Nothing, where that is meant. To distribute and rotate apply deploy/rbac/writer.yaml and deploy/rbac/signer-writer.yaml.',
      },
    ]);
  });

  it('of which some are there: says what cannot be done, and what to add', () => {
    const missing = [...of('deployments', { namespace: 'istio-system' }), ...of('pods')];
    expect(judged({ missingWriteRights: seen(missing), writeRights: WRITER.length })).toEqual([
      {
        check: 'cluster-write-rights',
        state: 'warning',
        text: '2 rights are missing to change the authority; looking works. Cannot: distribute, rotate an intermediate, rotate the root, restart istiod',
        next: 'Apply deploy/rbac/writer.yaml again, or add these rules:',
        paste: [
          '# Role in namespace istio-system',
          "- apiGroups: ['apps']",
          '  resources: [deployments]',
          '  resourceNames: [istiod]',
          '  verbs: [patch]',
          "- apiGroups: ['']",
          '  resources: [pods]',
          '  verbs: [patch]',
        ],
      },
    ]);
  });

  it('of which one is missing', () => {
    expect(judged({ missingWriteRights: seen(of('deployments')), writeRights: WRITER.length }).map(({ text }) => text)).toEqual([
      '1 right is missing to change the authority; looking works. Cannot: restart istiod',
    ]);
  });

  it('that could not be asked about', () => {
    expect(judged({ missingWriteRights: unseen('Cannot ask: 403') })).toEqual([
      { check: 'cluster-write-rights', state: 'untried', text: 'rights to change the authority not looked at: Cannot ask: 403' },
    ]);
  });
});

describe('what a right is for', () => {
  const everything = ['distribute', 'rotate an intermediate', 'rotate the root'];

  it.each([
    ['secrets of Istio', of('secrets', { namespace: 'istio-system' }), everything],
    ['pods', of('pods'), everything],
    ['pods/portforward', of('pods/portforward'), everything],
    ['leases', of('leases'), everything],
    ['the intent', of('configmaps', { name: 'meshwarden-intent' }), everything],
    ['certificates/status', of('certificates/status'), ['rotate an intermediate', 'rotate the root']],
    ['certificates', of('certificates'), ['rotate the root']],
    ['clusterissuers', of('clusterissuers'), ['rotate the root']],
    ['deployments', of('deployments'), ['restart istiod']],
    ['a watch on sources', of('secrets', { verb: 'watch' }), ['distribute as soon as cert-manager has issued']],
    ['published bundles', of('configmaps', { name: 'istio-ca-root-cert' }), ['see every published bundle at once']],
    ['mesh configuration', of('configmaps', { name: 'istio' }), ['see which agents take roots at once']],
  ])('%s', (_what, missing, lost) => {
    expect(missing.length).toBeGreaterThan(0);
    expect(lostBy(missing)).toEqual(lost);
  });

  it('is known of every one', () => {
    expect(SIGNER.filter((right) => lostBy([right]).length === 0)).toEqual([]);
  });
});
