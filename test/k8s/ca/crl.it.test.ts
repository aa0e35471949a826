import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remember } from '../../../lab/pki/keys.ts';
import type { OperatorError } from '../../../src/core/errors.ts';
import type { Step } from '../../../src/rotation/goal.ts';
import { CRL_USAGE, listBy } from '../../pki/crls.ts';
import { DAY, issue, type Issued } from '../../pki/issue.ts';
import { pem } from '../../pki/mesh-ca.ts';
import { NEVER, rejectionOf } from '../lab.ts';
import { found, OTHER, startAuthority, type AuthorityBench } from './bench.ts';

const SOURCE = `istio-ica-${OTHER}`;

describe('src/k8s/ca/steps: a supplied list of revoked certificates', () => {
  let bench: AuthorityBench;
  let root: Issued;
  let signing: Issued;
  let times: { readonly thisUpdate: number; readonly nextUpdate: number };

  beforeAll(async () => {
    bench = await startAuthority();
    bench.mesh.certManager.stop('the test');
    const now = bench.mesh.clock.now();
    times = { thisUpdate: now - DAY, nextUpdate: now + DAY };
    const life = { usage: CRL_USAGE, notBefore: now - DAY, notAfter: now + 180 * DAY };
    root = await issue({ ...life, name: 'istio-root', notAfter: now + 3650 * DAY });
    signing = await issue({ ...life, name: SOURCE, by: root });
    const text = (value: string): string => Buffer.from(value).toString('base64');
    const data = { 'tls.crt': text(pem(signing)), 'tls.key': text(remember(signing.keyPem)), 'ca.crt': text(pem(root)) };
    bench.mesh.signer.api.store.patch('Secret', 'istio-ca', SOURCE, { data });
  });
  afterAll(() => bench.stop());

  function supply(data: Readonly<Record<string, string>>): void {
    const metadata = { namespace: 'istio-ca', name: 'revoked' };
    bench.mesh.signer.api.store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  async function step(crl: string): Promise<Step> {
    const { cacerts } = await bench.cluster(OTHER);
    const { uid, resourceVersion } = found(cacerts.ok ? cacerts.value : undefined);
    const { secret } = await bench.source(OTHER);
    const source = found(secret.ok ? secret.value : undefined);
    return {
      kind: 'write',
      cluster: OTHER,
      source,
      fingerprint: signing.certificate.fingerprint,
      roots: [root.certificate.fingerprint],
      expects: { uid, resourceVersion },
      takeOver: false,
      crl,
    };
  }

  async function refused(crl = 'revoked'): Promise<OperatorError> {
    return (await rejectionOf(bench.port.carryOut(await step(crl), NEVER))) as OperatorError;
  }

  async function keys(): Promise<readonly string[]> {
    const { cacerts } = await bench.cluster(OTHER);
    return found(cacerts.ok ? cacerts.value : undefined).facts.keys;
  }

  it('is refused where it is not there, or has another key', async () => {
    expect(await refused('elsewhere')).toMatchObject({ reason: 'notFound', message: expect.stringContaining('configmaps elsewhere') });
    supply({ 'crl.pem': '' });
    expect(await refused()).toMatchObject({
      reason: 'invalid',
      what: 'The list of revoked certificates cannot be used',
      where: 'cluster cluster-a, ConfigMap istio-ca/revoked',
      why: 'it has no key ca-crl.pem',
      next: expect.stringContaining('Nothing was written.'),
    });
    expect(await keys()).not.toContain('ca-crl.pem');
  });

  it('is refused where it does not cover every CA, all faults at once', async () => {
    supply({ 'ca-crl.pem': await listBy(root, { ...times, nextUpdate: times.thisUpdate + 1 }) });
    expect(await refused()).toMatchObject({
      reason: 'invalid',
      why: expect.stringMatching(/^The list of CN=istio-root ended at \S+Z\. There is no list of CN=istio-ica-cluster-b\.$/),
    });
    expect(await keys()).not.toContain('ca-crl.pem');
  });

  it('is written beside the four files where it covers them', async () => {
    const text = (await listBy(root, times)) + (await listBy(signing, times));
    supply({ 'ca-crl.pem': text });
    await bench.port.carryOut(await step('revoked'), NEVER);
    expect(await keys()).toEqual(['ca-cert.pem', 'ca-crl.pem', 'ca-key.pem', 'cert-chain.pem', 'root-cert.pem']);
    const { data } = found(bench.object(OTHER, 'Secret', 'istio-system', 'cacerts')) as { data?: Readonly<Record<string, string>> };
    expect(Buffer.from(found(data?.['ca-crl.pem']), 'base64').toString()).toBe(text);
  });
});
