/** Puts the parts of one cluster together: store, rights, followers, handlers. Nothing listens yet. */
import type { Clock } from '../../src/core/clock.ts';
import { Audit } from './audit.ts';
import type { Handler } from './call.ts';
import { collectGarbage } from './collector.ts';
import { establishDefinitions } from './definitions.ts';
import { Endpoints } from './endpoints.ts';
import { readLog } from './logs.ts';
import { emptyDeletedNamespaces } from './namespaces.ts';
import { LabObjects, type ObjectStore } from './objects.ts';
import { forwardPorts } from './portforward.ts';
import { proxyToPod } from './proxy.ts';
import { Authorizer } from './rbac.ts';
import { Registry } from './registry.ts';
import type { RouterContext } from './router.ts';
import { Storage } from './store.ts';
import { Users } from './users.ts';
import { WatchHub } from './watch.ts';
import { Writes } from './writes.ts';

/** A cluster that does not listen. */
export interface Assembled {
  readonly parts: Omit<RouterContext, 'gitVersion' | 'address'>;
  readonly store: ObjectStore;
  readonly audit: Audit;
  readonly endpoints: Endpoints;
}

/** The inside of a cluster of that version. */
export function assemble(clock: Clock, gitVersion: string): Assembled {
  const storage = new Storage();
  const registry = new Registry(storage);
  const writes = new Writes(storage, registry, clock);
  const users = new Users();
  const watches = new WatchHub(storage, clock);
  const authorizer = new Authorizer(storage);
  const endpoints = new Endpoints();
  const streams: Record<string, Handler> = {
    log: (call) => readLog(storage, endpoints, call),
    proxy: (call) => proxyToPod(storage, endpoints, call),
    portforward: (call) => forwardPorts({ storage, endpoints, authorizer, gitVersion }, call),
  };
  const parts = { storage, registry, writes, users, clock, watches, authorizer, streams };
  const store = new LabObjects(parts);
  emptyDeletedNamespaces(parts);
  collectGarbage(parts);
  establishDefinitions(parts);
  users.forgetDeletedAccounts(storage);
  return { parts, store, audit: new Audit(), endpoints };
}
