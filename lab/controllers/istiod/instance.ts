/** One istiod: the process in one pod, from its start to its end. */
import { createServer as createTlsServer } from 'node:tls';
import type { Http2SecureServer } from 'node:http2';
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
import { type CallResult, type Caller, contextOf, createSecurePort, type SecurePort } from './grpc.ts';
import { createListeners } from './listeners.ts';
import { createPodLog, type PodLog } from './log.ts';
import { type CounterName, metricsOf, metricsText } from './metrics.ts';
import { createPages } from './pages.ts';
import type { SigningRequest } from './protobuf.ts';
import { ISTIOD_NAMES, servingCertificate, signRequest } from './sign-request.ts';
import { clampsLeaves, tagOf } from './version.ts';

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
const WITHOUT_CHAIN = 'no verified chain is found; ';
const UNAUTHENTICATED = 16;
const INVALID_ARGUMENT = 3;
const INTERNAL = 13;

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
  const port: SecurePort = {
    serving,
    clientRoots: authority.clientRoots,
    now,
    sign: (request, caller) => sign(request, caller, { authority, reviewers, settings, now, log, count }),
  };
  const metrics = (): ReadonlyMap<string, number> =>
    metricsOf({ counters, expiries: authority.expiries, now: now(), startedAt, tag, remoteClusters: remoteSecrets().length });
  const pages = {
    ready: () => true,
    version: `${tag}-unknown-Clean`,
    metrics: () => metricsText(metrics()),
    clusters: () => [
      { id: reviewers.localId, secretName: '', syncStatus: 'synced' },
      ...remoteSecrets().map((one) => ({ ...one, syncStatus: 'synced' })),
    ],
    identify: (authorization: string | undefined) =>
      identify({ authorization, certificate: undefined, clusterId: '' }, reviewers, WITHOUT_TLS),
    say: (level: 'warn' | 'error', message: string) => log.write(level, message),
  };
  const secure = new Set<Pick<Http2SecureServer, 'setSecureContext'>>();
  const listeners = createListeners(api, namespace, pod);
  listeners.offer(15_012, () => {
    const server = createSecurePort(port);
    secure.add(server);
    return server;
  });
  listeners.offer(15_017, () => {
    const server = createTlsServer({ ...contextOf(port), ca: [], ALPNProtocols: ['h2', 'http/1.1'] }, (socket) =>
      socket.on('error', () => undefined),
    );
    secure.add(server);
    return server;
  });
  for (const plain of [8080, 15_014] as const) listeners.offer(plain, (way) => createPages(plain, way, pages));
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
      for (const server of secure) server.setSecureContext(contextOf(port));
      log.later('info', linesOf(serving()));
      log.write('info', 'Istiod certificates are reloaded');
      return true;
    },
    refuse(why) {
      log.write('info', 'Update Istiod cacerts');
      log.write('error', `Failed to update new Plug-in CA certs: ${why}`);
    },
    get openListeners() {
      return listeners.open;
    },
    stop: () => listeners.close(),
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

function linesOf({ certificatePem }: Issued): () => readonly string[] {
  return () => certificateLines(certificatePem);
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

interface Desk {
  readonly authority: RunningAuthority;
  readonly reviewers: Reviewers;
  readonly settings: IstiodSettings;
  readonly now: () => number;
  readonly log: PodLog;
  readonly count: (name: CounterName) => void;
}

function sign(request: SigningRequest, caller: Caller, { authority, reviewers, settings, now, log, count }: Desk): CallResult {
  count('citadel_server_csr_count');
  const identity = identify(caller, reviewers, WITHOUT_CHAIN);
  if ('refused' in identity) {
    count('citadel_server_authentication_failure_count');
    log.write('error', `security\tFailed to authenticate client from ${caller.address}: ${identity.refused}`);
    return { code: UNAUTHENTICATED, message: 'request authenticate failure' };
  }
  const client = `client=${caller.address}`;
  if (request.impersonates) {
    count('citadel_server_authentication_failure_count');
    log.write('warn', `serverca\timpersonation not allowed, as node authorizer (CA_TRUSTED_NODE_ACCOUNTS) is not configured\t${client}`);
    return { code: UNAUTHENTICATED, message: 'request impersonation authentication failure' };
  }
  const { csr, validity } = request;
  const clamped = clampsLeaves(settings.image);
  const signed = signRequest(authority.signing, { csr, validity, spiffe: identity.spiffe, now: now(), clamped });
  if (!('kind' in signed)) {
    count('citadel_server_success_cert_issuance_count');
    return signed;
  }
  count(`citadel_server_csr_sign_err_count{error="${signed.kind}"}`);
  log.write('error', `serverca\tCSR signing error: ${signed.text}\t${client}`);
  return { code: signed.kind === 'CERT_GEN_ERROR' ? INTERNAL : INVALID_ARGUMENT, message: `CSR signing error (${signed.text})` };
}
