/** Ties the faults of a cluster to the parts that they befall. */
import type { Faults } from './faults.ts';
import type { LabServer } from './server.ts';
import type { Storage } from './store.ts';
import type { Users } from './users.ts';
import type { WatchHub } from './watch.ts';

/** What faults befall. */
export interface FaultParts {
  readonly server: LabServer;
  readonly watches: WatchHub;
  readonly storage: Storage;
  readonly users: Users;
}

/** The strings to pull on one cluster. */
export function createFaults({ server, watches, storage, users }: FaultParts): Faults {
  return {
    down: () => server.close(),
    up: () => (server.listening ? Promise.resolve() : server.listen()),
    freeze: () => {
      server.freeze();
      watches.freeze();
    },
    thaw: () => {
      server.thaw();
      watches.thaw();
    },
    delayMs: (ms) => {
      server.delayMs = ms;
    },
    failNext: (failure = {}) => server.failures.add(failure),
    forgetFailures: () => server.failures.forget(),
    resetConnections: () => server.cut(),
    expireResourceVersions: () => {
      storage.forgetHistory();
      watches.endAll();
    },
    tokenExpired: (user) => users.expire(user),
  };
}
