import { describe, expect, it } from 'vitest';
import { meshCerts } from '../../src/actions/mesh-certs.ts';
import { certificateOf, DAY, NOW, ROOT, signingOf } from '../mesh/authority.ts';
import { mesh, UNREACHABLE } from '../mesh/build.ts';
import { looking, WITHOUT_SIGNER } from './ports.ts';

const READY = { status: 'True', reason: 'Ready', message: 'Certificate is up to date and has not expired' };

/** What a certificate says of itself. */
function read(authority: typeof ROOT) {
  const { subject, issuer, fingerprint, notBefore, notAfter } = certificateOf(authority);
  return { subject, issuer, fingerprint, notBefore, notAfter };
}

function generation(authority: typeof ROOT) {
  const { fingerprint, notBefore, notAfter } = certificateOf(authority);
  return { fingerprint, notBefore, notAfter };
}

describe('src/actions/mesh-certs.ts', () => {
  it('tells the root and the intermediate of each cluster', async () => {
    const { context, looks, phrases } = looking(mesh());

    const certificates = await meshCerts.run({}, context);

    expect({ looks, phrases }).toEqual({ looks: [undefined], phrases: ['Reading certificates'] });
    expect(certificates).toEqual({
      at: NOW,
      failure: undefined,
      lines: [
        {
          role: 'root',
          cluster: undefined,
          object: 'cert-manager/istio-root',
          ...read(ROOT),
          issued: generation(ROOT),
          renewalTime: undefined,
          ready: READY,
          published: undefined,
          missing: [],
        },
        ...['a', 'b'].map((cluster) => ({
          role: 'intermediate',
          cluster,
          object: `istio-ca/istio-ica-${cluster}`,
          ...read(signingOf(cluster)),
          issued: generation(signingOf(cluster)),
          renewalTime: certificateOf(signingOf(cluster)).notAfter - 60 * DAY,
          ready: READY,
          published: true,
          missing: [],
        })),
      ],
    });
  });

  it('looks at the clusters that are asked for', async () => {
    const { context, looks } = looking(mesh());

    await meshCerts.run({ only: ['b'] }, context);

    expect(looks).toEqual([['b']]);
  });

  it('tells a signer that does not answer, and what the other cluster shows', async () => {
    const nothing = { fingerprint: undefined, notBefore: undefined, notAfter: undefined };
    const unknown = { object: undefined, issued: nothing, renewalTime: undefined, ready: undefined, published: undefined };

    expect(await meshCerts.run({}, looking(WITHOUT_SIGNER).context)).toEqual({
      at: NOW,
      failure: UNREACHABLE,
      lines: [
        { role: 'root', cluster: undefined, ...unknown, ...read(ROOT), issued: generation(ROOT), missing: [] },
        {
          role: 'intermediate',
          cluster: 'a',
          ...unknown,
          ...nothing,
          subject: undefined,
          issuer: undefined,
          missing: [UNREACHABLE.message],
        },
        { role: 'intermediate', cluster: 'b', ...unknown, ...read(signingOf('b')), missing: [] },
      ],
    });
  });
});
