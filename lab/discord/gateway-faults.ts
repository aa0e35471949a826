/** What can be wrong with the gateway, one by one. */
export interface GatewayFaults {
  /** False: heartbeats are not acknowledged. */
  acks: boolean;
  /** True: nothing is sent and nothing is read. */
  frozen: boolean;
  /** False: an IDENTIFY gets no READY. */
  ready: boolean;
  /** False: a new connection gets no HELLO. */
  hello: boolean;
  /** False: every RESUME is answered with an invalid session. */
  resumes: boolean;
  /** True: every IDENTIFY is. */
  invalidateIdentify: boolean;
  /** How new connections fail. */
  refuse: '503' | 'reset' | undefined;
}

export const HEALTHY: Readonly<GatewayFaults> = {
  acks: true,
  frozen: false,
  ready: true,
  hello: true,
  resumes: true,
  invalidateIdentify: false,
  refuse: undefined,
};
