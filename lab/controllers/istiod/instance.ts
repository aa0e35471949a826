/** One istiod: the process in one pod, from its start to its end. */
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { LabCluster } from '../../kubernetes/cluster.ts';
import type { Issued } from '../../pki/authority.ts';
import {
  type AuthorityContext,
  certificateLines,
  type IstiodSettings,
  type RunningAuthority,
  type SelfSigned,
  startAuthority,
} from './authority.ts';
import { type Files, layoutOf } from './bundle.ts';
import { identify, type Reviewers } from './client-identity.ts';
import { contextOf, createSecurePort, type SecurePort } from './grpc.ts';
import { createListeners, type Listeners } from './listeners.ts';
import { createPodLog, type PodLog } from './log.ts';
import { type CounterName, metricsOf, metricsText } from './metrics.ts';
import { createPages, type PageSource } from './pages.ts';
import { sign } from './desk.ts';
import { ISTIOD_NAMES, servingCertificate } from './sign-request.ts';
import { tagOf } from './version.ts';

/** What an istiod is started with. */
export interface InstanceOptions {
  readonly api: LabCluster;
  readonly namespace: string;
  readonly pod: string;
  readonly settings: IstiodSettings;
  readonly files: Files;
  readonly now: () => number;
  readonly selfSigned: () => SelfSigned;
  readonly reviewers: Reviewers;
  /** Of the remote secrets that are here, by cluster. */
  readonly remoteSecrets: () => readonly { readonly id: string; readonly secretName: string }[];
}

/** A process that runs, or that has just ended because it would not start. */
export interface IstiodInstance {
  readonly pod: string;
  readonly startedAt: number;
  /** Why the process ended with code 255; undefined: it runs. */
  readonly crash: string | undefined;
  /** Undefined when it does not run. */
  readonly authority: RunningAuthority | undefined;
  readonly log: PodLog;
  /** The values of its metrics now, by name. */
  metrics(): ReadonlyMap<string, number>;
  /** The certificate that its TLS ports show, with its chain, as one PEM text. */
  servedChain(): string;
  /** Other files lie there: reads them. True when it took them. */
  reload(files: Files): boolean;
  /** It does not take what lies there, and says so. */
  refuse(why: string): void;
  /** How many of its ports somebody has come to. */
  readonly openListeners: number;
  stop(): void;
}

const WITHOUT_TLS = 'no client certificate is presented ';

/** Starts the process. */
export function startInstance(options: InstanceOptions): IstiodInstance {
  const { api, namespace, pod, settings, now, files } = options;
  const log = createPodLog(now);
  const startedAt = now();
  api.writeLog(namespace, pod, () => log.text());
  log.write('info', 'initializing Istiod admin server');
  log.write('info', 'starting HTTP service at :8080');
  log.write('info', `version: ${tagOf(settings.image)}-unknown-Clean`);
  const context: AuthorityContext = { settings, log, now, selfSigned: options.selfSigned };
  const started = startAuthority(files, context);
  if ('crash' in started) return crashed(pod, startedAt, started.crash, log);
  return running(options, started, { log, startedAt });
}

function crashed(pod: string, startedAt: number, crash: string, log: PodLog): IstiodInstance {
  return {
    pod,
    startedAt,
    crash,
    authority: undefined,
    log,
    metrics: () => new Map(),
    servedChain: () => '',
    reload: () => false,
    refuse: () => undefined,
    openListeners: 0,
    stop: () => undefined,
  };
}

interface Started {
  readonly log: PodLog;
  readonly startedAt: number;
}

function running(options: InstanceOptions, authority: RunningAuthority, { log, startedAt }: Started): IstiodInstance {
  const { api, namespace, pod, settings, now, files, reviewers, remoteSecrets } = options;
  const counters = new Map<CounterName, number>();
  const count = (name: CounterName): void => void counters.set(name, (counters.get(name) ?? 0) + 1);
  const tag = tagOf(settings.image);
  const serving = servingOf(authority);
  const metrics = (): ReadonlyMap<string, number> =>
    metricsOf({ counters, expiries: authority.expiries, now: now(), startedAt, tag, remoteClusters: remoteSecrets().length });
  const listeners = createListeners(api, namespace, pod);
  const renew = offerTls(listeners, {
    serving,
    clientRoots: authority.clientRoots,
    now,
    sign: (request, caller) => sign(request, caller, { authority, reviewers, settings, now, log, count }),
  });
  const pages = pagesOf(options, log, metrics);
  for (const port of [8080, 15_014] as const) listeners.offer(port, (way) => createPages(port, way, pages));
  sayStarted(log, authority, serving, files);
  return {
    pod,
    startedAt,
    crash: undefined,
    authority,
    log,
    metrics,
    servedChain: () => serving().certificatePem,
    reload(changed) {
      if (!authority.reload(changed)) return false;
      renew();
      const { certificatePem } = serving();
      log.later('info', () => certificateLines(certificatePem));
      log.write('info', 'Istiod certificates are reloaded');
      return true;
    },
    refuse: (why) => refuse(log, why),
    get openListeners() {
      return listeners.open;
    },
    stop: () => listeners.close(),
  };
}

function refuse(log: PodLog, why: string): void {
  log.write('info', 'Update Istiod cacerts');
  log.write('error', `Failed to update new Plug-in CA certs: ${why}`);
}

/** The two TLS ports. Answers how they are given the certificate of now. */
function offerTls(listeners: Listeners, port: SecurePort): () => void {
  const secure = new Set<Pick<TlsServer, 'setSecureContext'>>();
  listeners.offer(15_012, () => {
    const server = createSecurePort(port);
    secure.add(server);
    return server;
  });
  listeners.offer(15_017, () => {
    const options = { ...contextOf(port), ca: [], ALPNProtocols: ['h2', 'http/1.1'] };
    // Nobody of the lab calls the webhook: its certificate is all that is looked at.
    const server = createTlsServer(options, (socket) => socket.on('error', () => undefined));
    secure.add(server);
    return server;
  });
  return () => {
    for (const server of secure) server.setSecureContext(contextOf(port));
  };
}

function pagesOf(
  { settings, reviewers, remoteSecrets }: InstanceOptions,
  log: PodLog,
  metrics: () => ReadonlyMap<string, number>,
): PageSource {
  return {
    ready: () => true,
    version: `${tagOf(settings.image)}-unknown-Clean`,
    metrics: () => metricsText(metrics()),
    clusters: () => [
      { id: reviewers.localId, secretName: '', syncStatus: 'synced' },
      ...remoteSecrets().map((one) => ({ ...one, syncStatus: 'synced' })),
    ],
    identify: (authorization) => identify({ authorization, certificate: undefined, clusterId: '' }, reviewers, WITHOUT_TLS),
    say: (level, message) => log.write(level, message),
  };
}

/** Made when somebody first looks, and anew after each reload. */
function servingOf(authority: RunningAuthority): () => Issued {
  let made: { readonly of: object; readonly issued: Issued } | undefined;
  return () => {
    const { signing } = authority;
    if (made?.of !== signing) made = { of: signing, issued: servingCertificate(signing) };
    return made.issued;
  };
}

function sayStarted(log: PodLog, authority: RunningAuthority, serving: () => Issued, files: Files): void {
  const { selfSigned, clientRoots } = authority;
  const layout = layoutOf(files);
  // What is read later must show the certificate of the start, not one of a later reload.
  let first: Issued | undefined;
  const { signing } = authority;
  const chain = (): Issued => (first ??= authority.signing === signing ? serving() : servingCertificate(signing));
  const style = layout.style === 'tls' && !selfSigned ? 'kubernetes.io/tls secret type' : 'istiod file format';
  log.write('info', 'initializing controllers');
  log.write('info', `Discover server subject alt names: [${ISTIOD_NAMES.join(' ')}]`);
  log.write('info', 'initializing Istiod DNS certificates host: istiod.istio-system.svc, custom host: ');
  log.later('info', () => [`Generating istiod-signed cert for [${ISTIOD_NAMES.join(' ')}]:\n ${chain().certificatePem}`]);
  log.write('info', `Using ${style} for signing ca files`);
  log.write('info', selfSigned ? 'Use roots from istio-ca-secret' : `Use root cert from /etc/cacerts/${layout.files.roots}`);
  log.later('info', () => certificateLines(chain().certificatePem));
  log.write('info', 'Istiod certificates are reloaded');
  log.write('info', `spiffe\tAdded ${clientRoots.length} certs to trust domain cluster.local in peer cert verifier`);
  for (const line of ['initializing CA server with IstioD CA', 'starting CA server', 'Istiod CA has started']) log.write('info', line);
  for (const line of ['gRPC discovery service at :15010', 'webhook service at :15017', 'secure gRPC discovery service at :15012']) {
    log.write('info', `starting ${line}`);
  }
}
