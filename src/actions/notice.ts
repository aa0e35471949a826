import type { AuditEntry } from '../changes/ports.ts';
import type { CaNotice } from '../mesh/ca-notices.ts';
import type { Finding } from '../mesh/finding.ts';

/** News for a channel. `id` is the same for the same news, so that it is told once. */
export type Notice =
  | CaNotice
  /** What was issued reached the clusters, without anybody asking for it. */
  | { readonly kind: 'caDistributed'; readonly id: string; readonly clusters: readonly string[]; readonly says: readonly string[] }
  /** Something is not published, and why. */
  | { readonly kind: 'caRefused'; readonly id: string; readonly finding: Finding }
  /** A change that lasts for days: how it stands, once a day. */
  | {
      readonly kind: 'changeProgress';
      readonly id: string;
      readonly title: string;
      readonly says: string;
      readonly until: number | undefined;
    }
  /** A line for the audit channel. */
  | { readonly kind: 'audit'; readonly id: string; readonly entry: AuditEntry };
