/** What a gateway counts, under the names of Envoy's statistics (recorded: admin.json, `gateway_stats_delta`). */

/** Of the listener on 15443, whose name istiod makes of the address that it is bound to. */
export const LISTENER = 'listener.0.0.0.0_15443';

const FROM_THE_START = [
  'downstream_cx_active',
  'downstream_cx_destroy',
  'downstream_cx_total',
  'downstream_pre_cx_timeout',
  'no_filter_chain_match',
].map((name) => `${LISTENER}.${name}`);

const INSPECTOR = ['alpn_found', 'alpn_not_found', 'sni_found', 'sni_not_found', 'tls_found', 'tls_not_found'].map(
  (name) => `tls_inspector.${name}`,
);

/** Counters of one gateway since it was started. */
export class Counters {
  readonly #values = new Map<string, number>([...FROM_THE_START, ...INSPECTOR].map((name) => [name, 0]));

  add(name: string, by = 1): void {
    this.#values.set(name, this.get(name) + by);
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  /** All of them, sorted by name. */
  list(): readonly (readonly [string, number])[] {
    return [...this.#values].toSorted(([one], [other]) => (one < other ? -1 : 1));
  }
}
