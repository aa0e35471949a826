/** How much of the time between its renewal and its end may pass before a renewal counts as overdue, whatever the grace. */
const SHARE = 4;

/** The part of a certificate's life in which cert-manager renews it. */
export interface RenewalWindow {
  readonly renewalTime: number;
  /** Undefined: not known. */
  readonly notAfter: number | undefined;
}

/** From when on a renewal is overdue: after the grace, and sooner where the certificate has a short window. UTC milliseconds. */
export function overdueFrom({ renewalTime, notAfter }: RenewalWindow, grace: number): number {
  const room = notAfter === undefined ? Infinity : Math.max(0, notAfter - renewalTime);
  return renewalTime + Math.min(grace, room / SHARE);
}
