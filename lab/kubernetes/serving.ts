/** The server's own certificate authority and certificate, made anew at every start. */
import { isIP } from 'node:net';
import { systemClock } from '../../src/core/clock.ts';
import { createAuthority, type Issued } from '../pki/authority.ts';

/** The server’s certificate and key, and the authority behind them. */
export interface ServingCertificate extends Issued {
  readonly caPem: string;
  /** A client certificate of the same authority, good from a day ago until then (on the machine's clock, which TLS goes by). */
  issueClient(user: string, notAfter: number): Issued;
}

const DAY_MS = 86_400_000;
const LIFE_DAYS = 3650;

/** A certificate for names and IPv4 addresses. TLS goes by the machine's clock, so that is what its life is counted from, not the lab's. */
export function makeServingCertificate(cluster: string, names: readonly string[]): ServingCertificate {
  const now = systemClock.now();
  const life = { notBefore: now - DAY_MS, notAfter: now + LIFE_DAYS * DAY_MS };
  const authority = createAuthority({ commonName: `${cluster}-ca`, ...life });
  const ip = names.filter((name) => isIP(name) !== 0);
  const dns = names.filter((name) => isIP(name) === 0);
  return {
    ...authority.issueLeaf({ commonName: 'kube-apiserver', ip, dns, ...life }),
    caPem: authority.certificatePem,
    issueClient: (user, notAfter) => authority.issueLeaf({ commonName: user, notBefore: Math.min(now, notAfter) - DAY_MS, notAfter }),
  };
}
