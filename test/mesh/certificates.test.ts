import { describe, expect, it } from 'vitest';
import type { Authority } from '../../lab/pki/authority.ts';
import { type CertificateLine, certificatesOf } from '../../src/mesh/certificates.ts';
import { cacertsFacts, certificateOf, createAuthority, DAY, HOUR, intermediate, NOW, ROOT, signingOf } from './authority.ts';
import {
  blind,
  blindAuthority,
  type Change,
  changed,
  failed,
  FAILURE,
  inAuthority,
  inIntermediate,
  inRoot,
  managed,
  mesh,
  part,
  seen,
  source,
} from './build.ts';

const READY = { status: 'True', reason: 'Ready', message: 'Certificate is up to date and has not expired' };
const lines = (...changes: readonly Change[]) => certificatesOf(changed(mesh(), ...changes)).lines;

function dates({ notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number }) {
  return { notBefore, notAfter };
}

function told(of: Authority): Pick<CertificateLine, 'subject' | 'issuer' | 'fingerprint' | 'notBefore' | 'notAfter'> {
  const { subject, issuer, fingerprint, ...rest } = certificateOf(of);
  return { subject, issuer, fingerprint, ...dates(rest) };
}

function issuedAs(of: Authority): CertificateLine['issued'] {
  const { fingerprint, ...rest } = certificateOf(of);
  return { fingerprint, ...dates(rest) };
}

const ROOT_LINE: CertificateLine = {
  role: 'root',
  cluster: undefined,
  object: 'cert-manager/istio-root',
  ...told(ROOT),
  issued: issuedAs(ROOT),
  renewalTime: undefined,
  ready: READY,
  published: undefined,
  missing: [],
};

function line(name: string, changes: Partial<CertificateLine> = {}): CertificateLine {
  const of = signingOf(name);
  return {
    role: 'intermediate',
    cluster: name,
    object: `istio-ca/istio-ica-${name}`,
    ...told(of),
    issued: issuedAs(of),
    renewalTime: certificateOf(of).notAfter - 60 * DAY,
    ready: READY,
    published: true,
    missing: [],
    ...changes,
  };
}

describe('src/mesh/certificates.ts', () => {
  it('tells the root first, then what each cluster signs with', () => {
    expect(certificatesOf(mesh())).toEqual({ at: NOW, failure: undefined, lines: [ROOT_LINE, line('a'), line('b')] });
  });

  it('tells what a cluster signs with apart from what was issued since', () => {
    const fresh = intermediate('b', ROOT, { notBefore: NOW - HOUR });
    const renewed = inIntermediate('b', () => ({ certificate: managed('istio-ica-b', fresh), secret: seen(source('b', fresh)) }));
    expect(lines(renewed)[2]).toEqual(line('b', { issued: issuedAs(fresh), published: false }));
  });

  it('tells what was issued where the cluster has no cacerts, and says so', () => {
    const bare = part('b', 'cacerts', () => null);
    expect(lines(bare)[2]).toEqual(line('b', { published: undefined, missing: ['no Secret cacerts in this cluster'] }));
  });

  it('says what could not be read', () => {
    const hidden = inIntermediate('b', () => ({ secret: failed() }));
    const bare = { subject: undefined, issuer: undefined, fingerprint: undefined };
    const issued = { fingerprint: undefined, ...dates(certificateOf(signingOf('b'))) };
    expect(lines(blind('b', 'cacerts'), hidden)[2]).toEqual(
      line('b', { ...bare, issued, published: undefined, missing: [FAILURE.message, FAILURE.message] }),
    );
  });

  it('tells what the clusters show where the signer cannot be seen', () => {
    const gone = { object: undefined, renewalTime: undefined, ready: undefined };
    const unknown = { fingerprint: undefined, notBefore: undefined, notAfter: undefined };
    expect(certificatesOf(changed(mesh(), blindAuthority))).toEqual({
      at: NOW,
      failure: FAILURE,
      lines: [{ ...ROOT_LINE, ...gone }, ...['a', 'b'].map((name) => line(name, { ...gone, issued: unknown, published: undefined }))],
    });
  });

  it('takes no intermediate that is a root of its own for the root', () => {
    const odd = ['a', 'b'].map((name) => {
      const own = createAuthority({ commonName: `istio-ica-${name}`, notBefore: NOW - DAY, notAfter: NOW + DAY });
      const changes = [inIntermediate(name, () => ({ secret: seen(source(name, own)) })), part(name, 'cacerts', () => cacertsFacts(own))];
      return (snapshot: Parameters<Change>[0]) => changed(snapshot, ...changes);
    });
    const bare = { subject: undefined, issuer: undefined, fingerprint: undefined };
    const issued = { fingerprint: undefined, ...dates(certificateOf(ROOT)) };
    expect(lines(...odd)[0]).toEqual({ ...ROOT_LINE, ...bare, issued, missing: ['no cluster shows the root certificate itself'] });
  });

  it('tells the next root of a rotation from the one that clusters still sign under', () => {
    const life = { notBefore: NOW - 5 * DAY, notAfter: NOW + 3000 * DAY };
    const next = createAuthority({ commonName: 'istio-root-g3', ...life });
    const roots = ROOT.certificatePem + next.certificatePem;
    const overlap = part('b', 'cacerts', () => cacertsFacts(signingOf('b'), { 'root-cert.pem': roots }));
    const kept = inRoot((root) => ({ ...root, ...life }));
    expect(lines(overlap, kept)[0]).toEqual({ ...ROOT_LINE, ...told(next), issued: issuedAs(next) });
  });

  it('goes by what the intermediates carry where cert-manager keeps no root', () => {
    const gone = { object: undefined, ready: undefined };
    expect(lines(inAuthority(() => ({ root: null })))[0]).toEqual({ ...ROOT_LINE, ...gone });
  });
});
