import type { AlertsSummary } from '../alerts/index.ts';
import type { Severity } from '../mesh/finding.ts';
import type { LinkLayer } from '../actions/alerts.ts';

/** Alerts, for a person at the terminal: the same state as the service's. Close it. */
export interface AlertsHere {
  /** @throws OperatorError without Redis, like everything here but `probe`. */
  list(): Promise<AlertsSummary>;
  /** `forMs`: when whoever acknowledged is reminded; undefined: as configured. @throws OperatorError where no such alert is open. */
  ack(incident: string, by: string, forMs: number | undefined): Promise<void>;
  /** Gives the id of the silence. */
  silence(request: { readonly match: string; readonly forMs: number; readonly reason: string; readonly by: string }): Promise<string>;
  /** @throws OperatorError where there is no such silence. */
  unsilence(id: string, by: string): Promise<void>;
  /** Fires an alert that is no real one through the whole way into the channel, or ends it. */
  trial(request: { readonly severity: Severity; readonly end: boolean; readonly by: string }): Promise<void>;
  /** The way from one cluster to another, layer by layer. `from` undefined: from here. Works without Redis from here. */
  probe(
    request: { readonly from: string | undefined; readonly to: string },
    tell: (layer: LinkLayer) => void,
  ): Promise<readonly LinkLayer[]>;
  close(): Promise<void>;
}
