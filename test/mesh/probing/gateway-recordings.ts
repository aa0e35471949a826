/** The recordings of `test/golden/gateway` as what a probe of ours would have observed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ConnectFailureKind, ConnectOutcome, TlsEvent, TlsObservation } from '../../../src/mesh/probing/gateway-observation.ts';
import { RecordedPki } from './gateway-pki.ts';

const FOLDER = join(import.meta.dirname, '../../golden/gateway');

/** RFC 8446, 6: openssl prints the names. */
const ALERTS: Readonly<Record<string, number>> = {
  handshake_failure: 40,
  certificate_expired: 45,
  unknown_ca: 48,
  certificate_required: 116,
};

const certificate = z.object({
  cert: z.string(),
  subject: z.string(),
  san: z.string().nullable(),
  notBefore: z.string(),
  notAfter: z.string(),
  isCA: z.boolean(),
});

const event = z.object({
  t_ms: z.number(),
  event: z.string(),
  code: z.union([z.string(), z.number()]).nullish(),
  message: z.string().optional(),
  protocol: z.string().optional(),
  hadError: z.boolean().optional(),
  new_probe: z.string().optional(),
  result: z.string().optional(),
});

const recordedCase = z.object({
  name: z.string(),
  client: z
    .object({ tool: z.string().optional(), command: z.string().optional(), servername: z.string().nullish(), cert: z.string().nullish() })
    .optional(),
  events: z.array(event).default([]),
  new_probe: z.array(event).optional(),
  chain: z.array(certificate).nullish(),
  chain_in_error_handler: z.array(certificate).nullish(),
  certificates_as_sent: z.array(z.string()).nullish(),
  certificatesPrinted: z.number().optional(),
  repetitions: z.record(z.string(), z.object({ outcomes: z.record(z.string(), z.number()) })).optional(),
  outcomes: z.record(z.string(), z.number()).optional(),
});

type RecordedEvent = z.infer<typeof event>;
type RecordedCase = z.infer<typeof recordedCase>;

/** One probe of a recording. */
export interface RecordedProbe {
  readonly file: string;
  /** Of the case, and of the moment where a case holds several probes. */
  readonly name: string;
  readonly observation: TlsObservation;
  /** The recording says which certificates were sent; false: those of the healthy workload stand for them. */
  readonly chainIsRecorded: boolean;
}

/** Every file, so that none is forgotten. */
export const FILES: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .toSorted();

const CASES = FILES.map((file) => ({
  file,
  cases: z.object({ cases: z.array(recordedCase).default([]) }).parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))).cases,
}));

export const PKI = new RecordedPki();
for (const { cases } of CASES) {
  for (const { chain, chain_in_error_handler: inError, certificates_as_sent: sent } of cases) {
    // A chain is rebuilt with the local trust store: what it adds or hides would be a wrong issuer.
    const seen = chain ?? inError ?? [];
    if (sent === undefined || sent?.join() === seen.map(({ cert }) => cert).join()) PKI.learn(seen);
  }
}

/** The probes of one case; empty where it holds none. */
function probesOf(file: string, one: RecordedCase): readonly RecordedProbe[] {
  const named = (name: string, observation: TlsObservation): RecordedProbe => ({
    file,
    name,
    observation,
    chainIsRecorded: observation.certificates.length > 0 && namesOf(one).length > 0 && one.certificatesPrinted === undefined,
  });
  const moments = one.events.flatMap((moment) => {
    const text = moment.new_probe ?? moment.result;
    return text === undefined ? [] : [named(`${one.name}: ${moment.event}`, ofSummary(text, ', '))];
  });
  const last = one.new_probe === undefined ? [] : [named(`${one.name}: a new probe`, ofEvents(one, one.new_probe))];
  const runs = Object.entries(one.repetitions ?? {}).flatMap(([name, { outcomes }]) =>
    Object.keys(outcomes).map((text) => named(`${one.name}: ${name}`, ofSummary(text, ' -> '))),
  );
  const rotations = Object.keys(one.outcomes ?? {}).map((text) =>
    named(`${one.name}: ${text.split(' / ', 1)[0] ?? ''}`, ofSummary(`secureConnect, error ${text.split(' / ')[1] ?? ''}/116`, ', ')),
  );
  const parts = [...moments, ...last, ...runs, ...rotations];
  if (parts.length > 0) return parts;
  if (one.client?.tool?.startsWith('openssl') === true) return [named(one.name, ofEvents(one, one.events.flatMap(fromOpenSsl)))];
  return one.events.some((each) => eventOf(each) !== undefined) ? [named(one.name, ofEvents(one, one.events))] : [];
}

/** Every probe that was recorded. */
export const PROBES: readonly RecordedProbe[] = CASES.flatMap(({ file, cases }) => cases.flatMap((one) => probesOf(file, one)));

/** Files and cases without a probe. */
export const WITHOUT: readonly string[] = CASES.flatMap(({ file, cases }) =>
  cases.length === 0 ? [file] : cases.filter((one) => probesOf(file, one).length === 0).map(({ name }) => `${file}: ${name}`),
);

function ofEvents(one: RecordedCase, recorded: readonly RecordedEvent[]): TlsObservation {
  const events = recorded.flatMap((each) => eventOf(each) ?? []);
  const ours = events.findIndex(({ event }) => event === 'deadline');
  return {
    servername: one.client?.servername ?? undefined,
    clientCertificate: typeof one.client?.cert === 'string' || / -cert /.test(one.client?.command ?? ''),
    connect: connectOf(events),
    // What comes after our own deadline is our own doing.
    events: ours === -1 ? events : events.slice(0, ours + 1),
    protocol: recorded.find(({ protocol }) => protocol !== undefined)?.protocol,
    certificates: namesOf(one).map((name) => PKI.certificate(name)),
    received: undefined,
  };
}

/** openssl prints how many certificates it got, not which: those of the healthy workload stand for them. */
function namesOf(one: RecordedCase): readonly string[] {
  if ((one.certificatesPrinted ?? 0) > 0) return ['httpbin', 'ica-b', 'root'].slice(0, one.certificatesPrinted);
  return one.certificates_as_sent ?? (one.chain ?? one.chain_in_error_handler ?? []).map(({ cert }) => cert);
}

function connectOf(events: readonly TlsEvent[]): ConnectOutcome {
  const [first] = events;
  if (first === undefined || first.event === 'connect') return { ok: true, tookMs: first?.at ?? 0 };
  const common = { tookMs: first.at, withinMs: 30_000 };
  if (first.event !== 'error') return { ok: false, failure: { ...common, kind: 'timeout', detail: 'no answer' } };
  const kind: ConnectFailureKind = first.code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
  return { ok: false, failure: { ...common, kind, detail: first.message } };
}

function eventOf({ t_ms: at, event, code, message = '', hadError = false }: RecordedEvent): TlsEvent | undefined {
  if (event === 'connect' || event === 'secureConnect') return { at, event };
  if (event === 'error') return { at, event, code: code === null || code === undefined ? undefined : String(code), message };
  if (event.startsWith('end')) return { at, event: 'end' };
  if (event === 'close') return { at, event, hadError };
  return /^(?:probe deadline reached|observation window over)/.test(event) ? { at, event: 'deadline' } : undefined;
}

function fromOpenSsl({ t_ms, event }: RecordedEvent): readonly RecordedEvent[] {
  const alert = /<<< TLS 1\.\d, Alert \[length 0002\], fatal (?<name>\w+)/.exec(event)?.groups?.['name'];
  if (alert !== undefined) return [{ t_ms, event: 'error', message: `SSL alert number ${ALERTS[alert] ?? '?'}` }];
  if (event.startsWith('CONNECTED')) return [{ t_ms, event: 'connect' }];
  if (/^<<< .*, Finished$/.test(event)) return [{ t_ms, event: 'secureConnect' }];
  if (event === 'write:errno=104') return [{ t_ms, event: 'error', code: 'ECONNRESET', message: 'read ECONNRESET' }];
  if (event.includes(':wrong version number')) return [{ t_ms, event: 'error', code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: event }];
  return event.startsWith('probe deadline reached') ? [{ t_ms, event }] : [];
}

/** `connect, secureConnect, error CODE/116, end (…), close`, or `no secureConnect -> CODE/40 -> close hadError=true; chain in error handler 3`. */
function ofSummary(text: string, separator: string): TlsObservation {
  const words = text
    .replace(/;.*$/, '')
    .split(separator)
    .filter((word) => word !== 'no secureConnect');
  const recorded = words.map((word): RecordedEvent => {
    const error = /^(?:error )?(?<code>E[A-Z0-9_/]*?)(?:\/(?<alert>\d+))?$/.exec(word)?.groups;
    if (error === undefined) return { t_ms: 0, event: word.replace(/ hadError=.*$/, '') };
    const { code = '', alert } = error;
    return { t_ms: 0, event: 'error', code, message: alert === undefined ? `read ${code}` : `SSL alert number ${alert}` };
  });
  const refused = recorded.some(({ code }) => code === 'ECONNREFUSED');
  const whole = refused ? recorded : [{ t_ms: 0, event: 'connect' }, ...recorded.filter(({ event }) => event !== 'connect')];
  // Summaries name no chain; wherever one was seen, it was that of the healthy workload.
  const chained = recorded.some(({ message = '' }) => message.startsWith('SSL alert'));
  const isClient = recorded.some(({ message }) => message === 'SSL alert number 48');
  return ofEvents(
    {
      name: text,
      events: [],
      client: { servername: undefined, cert: isClient ? 'a certificate' : null },
      certificates_as_sent: chained ? ['httpbin', 'ica-b', 'root'] : [],
    },
    whole,
  );
}
