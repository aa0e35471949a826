/** istiod's metrics, as far as they tell of its certificate authority. A counter is not there before its first event. */
import type { Expiries } from './authority.ts';

/** The counters of the certificate authority. */
export type CounterName =
  | 'citadel_server_csr_count'
  | 'citadel_server_success_cert_issuance_count'
  | 'citadel_server_authentication_failure_count'
  | 'citadel_server_csr_sign_err_count{error="TTL_ERROR"}'
  | 'citadel_server_csr_sign_err_count{error="CSR_ERROR"}'
  | 'citadel_server_csr_sign_err_count{error="CERT_GEN_ERROR"}';

const HELP: Readonly<Record<string, string>> = {
  citadel_server_authentication_failure_count: 'The number of authentication failures.',
  citadel_server_cert_chain_expiry_seconds:
    'The time remaining, in seconds, before the Istio Generated cert chain will expire. A negative value indicates the cert is expired.',
  citadel_server_cert_chain_expiry_timestamp: 'The unix timestamp, in seconds, when Istio generated cert chain will expire.',
  citadel_server_csr_count: 'The number of CSRs received by Citadel server.',
  citadel_server_csr_sign_err_count: 'The number of errors occurred when signing the CSR.',
  citadel_server_root_cert_expiry_seconds:
    'The time remaining, in seconds, before the root cert will expire. A negative value indicates the cert is expired.',
  citadel_server_root_cert_expiry_timestamp: 'The unix timestamp, in seconds, when the root cert will expire.',
  citadel_server_success_cert_issuance_count: 'The number of certificates issuances that have succeeded.',
  istio_build: 'Istio component build info',
  istiod_managed_clusters: 'Number of clusters managed by istiod',
  istiod_uptime_seconds: 'Current istiod server uptime in seconds',
  pilot_info: 'Pilot version and build information.',
};

/** What the metrics of one istiod are made of. */
export interface MetricsSource {
  readonly counters: ReadonlyMap<CounterName, number>;
  readonly expiries: Expiries;
  readonly now: number;
  readonly startedAt: number;
  readonly tag: string;
  readonly remoteClusters: number;
}

/** The values by name, in the order of their names. */
export function metricsOf({ counters, expiries, now, startedAt, tag, remoteClusters }: MetricsSource): Map<string, number> {
  const expiry = (name: string, at: number | undefined): [string, number][] =>
    at === undefined
      ? []
      : [
          [`citadel_server_${name}_expiry_seconds`, (at - now) / 1000],
          [`citadel_server_${name}_expiry_timestamp`, at / 1000],
        ];
  const values: [string, number][] = [
    ...counters,
    ...expiry('cert_chain', expiries.chain),
    ...expiry('root_cert', expiries.root),
    [`istio_build{component="pilot",tag="${tag}"}`, 1],
    ['istiod_managed_clusters{cluster_type="local"}', 1],
    ['istiod_managed_clusters{cluster_type="remote"}', remoteClusters],
    ['istiod_uptime_seconds', (now - startedAt) / 1000],
    [`pilot_info{version="${tag}-unknown-Clean"}`, 1],
  ];
  return new Map(values.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The text of the metrics page. */
export function metricsText(values: ReadonlyMap<string, number>): string {
  const lines: string[] = [];
  let family = '';
  for (const [name, value] of values) {
    const own = name.replace(/\{.*/, '');
    if (own !== family) lines.push(`# HELP ${own} ${HELP[own] ?? ''}`, `# TYPE ${own} ${own.endsWith('_count') ? 'counter' : 'gauge'}`);
    family = own;
    lines.push(`${name} ${goNumber(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** As Go prints numbers there: with an exponent of two digits from 21 million on. */
function goNumber(value: number): string {
  if (Math.abs(value) < 2 ** 21 * 10) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
