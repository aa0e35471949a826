/**
 * The certificate authority inside of one istiod: how it starts with the files of /etc/cacerts and what it makes of a change of them
 * (istio: pilot/pkg/bootstrap/istio_ca.go, recorded with 1.28.10 and 1.30.3).
 */
import type { Certificate } from '../../../src/pki/certificate.ts';
import { type BundleTexts, bundleError, type Files, hasCrl, hasKnownFile, layoutOf, missingFile, textsOf, type Layout } from './bundle.ts';
import type { PodLog } from './log.ts';
import { goBlocks, goCertificates } from './pem.ts';
import { comparesSets, refusesIncomplete } from './version.ts';
import { goTime } from './verify.ts';

/** How an istiod runs. */
export interface IstiodSettings {
  readonly image: string;
  /** `ISTIO_MULTIROOT_MESH`. */
  readonly multiRoot: boolean;
}

/** What it stands on outside of itself. */
export interface AuthorityContext {
  readonly settings: IstiodSettings;
  readonly log: PodLog;
  readonly now: () => number;
  /** The self-signed authority of the cluster: kept in `istio-ca-secret`, made where it is missing. */
  readonly selfSigned: () => SelfSigned;
}

/** An authority that istiod made for itself, and whether it was there before. */
export interface SelfSigned {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly found: boolean;
}

/** What an istiod signs with at one moment. */
export interface Signing {
  readonly texts: BundleTexts;
  /** The certificate it signs with. */
  readonly certificate: Certificate;
  readonly certificatePem: string;
  readonly keyPem: string;
  /** The certificates of cert-chain.pem, each by itself. */
  readonly chain: readonly string[];
  /** Since when. */
  readonly since: number;
}

/** Instants that the gauges show, in UTC milliseconds; undefined: the gauge is absent. */
export interface Expiries {
  readonly root: number | undefined;
  readonly chain: number | undefined;
}

/** An authority that runs. */
export interface RunningAuthority {
  readonly selfSigned: boolean;
  readonly signing: Signing;
  readonly expiries: Expiries;
  /** The roots against which client certificates are checked: those of the start, whatever comes later. */
  readonly clientRoots: readonly Certificate[];
  /** Other files lie there now. True when they were taken. */
  reload(files: Files): boolean;
}

/** A start that failed: the process ends with code 255. */
export interface FailedStart {
  readonly crash: string;
}

const START_ERROR = 'failed to create discovery service: failed to create CA: failed to create an istiod CA: ';
const INVALID = 'invalid PEM encoded certificate';

/** Starts one. */
export function startAuthority(files: Files, context: AuthorityContext): RunningAuthority | FailedStart {
  const { log, settings } = context;
  log.write('info', 'creating CA and initializing public key');
  const layout = layoutOf(files);
  if (!hasKnownFile(files) || (missingFile(files, layout) !== undefined && !refusesIncomplete(settings.image))) {
    return startSelfSigned(context);
  }
  sayLayout(log, files, layout);
  const error = startError(files, layout, context);
  if (error !== undefined) {
    const crash = START_ERROR + error;
    log.plain(`Error: ${crash}`);
    log.write('error', crash);
    return { crash };
  }
  return startPlugged(files, context);
}

function startError(files: Files, layout: Layout, { log, now }: AuthorityContext): string | undefined {
  if (missingFile(files, layout) !== undefined) return 'incomplete signing CA bundle detected';
  log.write('info', 'Use local CA certificate');
  const texts = textsOf(files, layout);
  const error = bundleError(texts, now());
  if (error !== undefined) return `failed to create CA KeyCertBundle (${error})`;
  const [own] = goCertificates(texts.certificate);
  if (own?.certificate.isCa !== true) return 'certificate is not authorized to sign other certificates';
  log.write('info', 'Added cacerts files watcher at /etc/cacerts');
  if (texts.chain === '' || goBlocks(texts.chain).length > 0) return undefined;
  return `failed to get default cert TTL failed to get cert chain TTL failed to extract cert expiration timestamp: failed to parse the cert: ${INVALID}`;
}

function sayLayout(log: PodLog, files: Files, layout: Layout): void {
  const style = layout.style === 'tls' ? 'kubernetes.io/tls secret type' : 'istiod file format';
  log.write('info', `Using ${style} for signing ca files`);
  if (hasCrl(files, layout)) log.write('info', 'Detected CRL file');
}

function signingOf(texts: BundleTexts, since: number): Signing {
  const [own] = goCertificates(texts.certificate);
  const [key] = goBlocks(texts.key);
  if (own === undefined || key === undefined) throw new Error('a bundle that was found good holds no certificate or no key');
  return {
    texts,
    certificate: own.certificate,
    certificatePem: own.pem,
    keyPem: key.pem,
    chain: goBlocks(texts.chain).map(({ pem }) => pem),
    since,
  };
}

/** The gauges read the first certificate of each file; one that cannot be read leaves the gauge as it was. */
function expiriesOf({ roots, chain }: BundleTexts, before: Expiries): Expiries {
  return {
    root: goCertificates(roots)[0]?.certificate.notAfter ?? before.root,
    chain: goCertificates(chain)[0]?.certificate.notAfter ?? before.chain,
  };
}

function startPlugged(files: Files, context: AuthorityContext): RunningAuthority {
  const { log, now, settings } = context;
  const layout = layoutOf(files);
  const first = textsOf(files, layout);
  let signing = signingOf(first, now());
  let expiries = expiriesOf(first, { root: undefined, chain: undefined });
  const clientRoots = distinct(goCertificates(first.roots).map(({ certificate }) => certificate));

  function reload(changed: Files): boolean {
    log.write('info', 'Update Istiod cacerts');
    sayLayout(log, changed, layoutOf(changed));
    const texts = acceptable(changed, signing.texts, context);
    if (texts === undefined) return false;
    if (texts.chain !== '' && goBlocks(texts.chain).length === 0) {
      log.write('error', `serverca\tfailed to extract CA cert expiry timestamp (error failed to parse the CA cert: ${INVALID})`);
    }
    const rootsChanged = texts.roots !== signing.texts.roots;
    signing = signingOf(texts, now());
    expiries = expiriesOf(texts, expiries);
    log.write('info', 'update root cert and generate new dns certs');
    if (settings.multiRoot) log.write('info', 'Update trust anchor with new root cert');
    if (settings.multiRoot && rootsChanged) log.write('info', `trustBundle\tupdating Source IstioCA with certs ${texts.roots}`);
    log.write('info', 'Istiod has detected the newly added intermediate CA and updated its key and certs accordingly');
    return true;
  }

  return {
    selfSigned: false,
    clientRoots,
    reload,
    get signing() {
      return signing;
    },
    get expiries() {
      return expiries;
    },
  };
}

/** Each once, in the order of the file. */
function distinct(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((one) => [one.fingerprint, one])).values()];
}

/** The texts of changed files when istiod takes them; otherwise it says why not. */
function acceptable(files: Files, before: BundleTexts, { log, now, settings }: AuthorityContext): BundleTexts | undefined {
  const layout = layoutOf(files);
  const missing = missingFile(files, layout);
  const open = `open /etc/cacerts/${missing}: no such file or directory`;
  if (missing === layout.files.roots) {
    log.write('error', `failed reading root-cert.pem: ${open}`);
    return undefined;
  }
  const texts = textsOf(files, layout);
  if (texts.roots !== before.roots && !takesRoots(before.roots, texts.roots, settings, log)) return undefined;
  if (missing === undefined && texts.crl !== undefined) log.write('info', 'Updating CRL data');
  const error = missing === undefined ? bundleError(texts, now()) : open;
  if (error === undefined) return texts;
  log.write('error', `Failed to update new Plug-in CA certs: ${error}`);
  return undefined;
}

function takesRoots(before: string, after: string, { multiRoot, image }: IstiodSettings, log: PodLog): boolean {
  if (!multiRoot) {
    log.write('warn', 'Multi root is disabled, updating new ROOT-CA not supported');
    return false;
  }
  const related = comparesSets(image) ? subsets(before, after) : before.includes(after) || after.includes(before);
  if (related) log.write('info', 'Updating new ROOT-CA');
  else log.write('warn', 'Updating new ROOT-CA not supported');
  return related;
}

function subsets(one: string, other: string): boolean {
  const set = (text: string): Set<string> => new Set(goBlocks(text).map(({ pem }) => pem));
  const [a, b] = [set(one), set(other)];
  const within = (inner: Set<string>, outer: Set<string>): boolean => [...inner].every((pem) => outer.has(pem));
  return within(a, b) || within(b, a);
}

function startSelfSigned({ log, now, selfSigned }: AuthorityContext): RunningAuthority {
  log.write('info', 'Using istiod file format for signing ca files');
  log.write('info', 'Use self-signed certificate as the CA certificate');
  const { certificatePem, keyPem, found } = selfSigned();
  const notes = found
    ? ['Load signing key and cert from existing secret istio-system/istio-ca-secret', `Using existing public key: ${certificatePem}`]
    : ['CASecret istio-ca-secret not found, will create one', `Using self-generated public key: ${certificatePem}`];
  for (const note of [...notes, 'Set secret name for self-signed CA cert rotator to istio-ca-secret']) log.write('info', `pkica\t${note}`);
  const texts: BundleTexts = { certificate: certificatePem, key: keyPem, chain: '', roots: certificatePem, crl: undefined };
  const signing = signingOf(texts, now());
  return {
    selfSigned: true,
    signing,
    expiries: { root: signing.certificate.notAfter, chain: undefined },
    clientRoots: [signing.certificate],
    // Without plugged-in files nothing watches the directory.
    reload: () => false,
  };
}

/** The lines in which istiod shows each certificate of a chain. */
export function certificateLines(chain: string): string[] {
  return goCertificates(chain).map(({ certificate: { issuer, subject, serial, notBefore, notAfter } }) => {
    const shown = `Issuer: "${issuer}", Subject: "${subject}", SN: ${serial.toLowerCase()}`;
    return `x509 cert - ${shown}, NotBefore: "${goTime(notBefore)}", NotAfter: "${goTime(notAfter)}"`;
  });
}
