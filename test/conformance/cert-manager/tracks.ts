/**
 * What can be compared of a history. The loops of the controller run beside each other, so that the order among them differs from run
 * to run; what each of them does to an object, in which order, does not. A track is the order of the states of one thing.
 */
import { fieldsAt, listAt, textAt, type KubeObject } from '../../../lab/kubernetes/object.ts';
import type { Line } from './recording.ts';

/** A state of one thing. */
export interface Step {
  readonly track: string;
  readonly state: string;
}

/** What was seen, in the order in which it was written. */
export interface Seen {
  readonly type: string;
  readonly object: KubeObject;
}

/** How a value is shown in which PEM blocks may stand. */
export type Show = (value: unknown) => string;

const NEXT_KEY = 'cert-manager.io/next-private-key';
/**
 * Left out on both sides. The first: between the Secret and the revision, readiness may look or not. The second: a request that is seen
 * as gone too late. The third: told by issuers that do not sign.
 */
const BY_CHANCE = [
  /^Ready False SecretMismatch: Secret contains a private key that does not match the current CertificateRequest$/,
  /^Warning RequestFailed: .*already exists$/,
  /^Normal WaitingForApproval: /,
];

/** The steps of one line. */
export function stepsOf({ type, object }: Seen, show: Show): Step[] {
  const { namespace = '', name = '' } = object.metadata;
  const at = `${object.kind} ${namespace}/${name}`;
  if (object.kind === 'Event') return eventSteps(object);
  if (object.kind === 'Secret') return secretSteps(type, object, show);
  if (type === 'DELETED') return [{ track: at, state: 'deleted' }];
  if (object.kind === 'Certificate') return certificateSteps(at, object);
  if (object.kind === 'CertificateRequest') return [{ track: at, state: requestState(type, object, show) }];
  return [{ track: at, state: conditions(object).join(', ') }];
}

/** Without what differs by chance. */
export function settled(steps: readonly Step[]): Step[] {
  return steps.filter(({ state }) => !BY_CHANCE.some((one) => one.test(state)));
}

function conditions(object: KubeObject): string[] {
  return listAt(object, 'status', 'conditions').map((one) => {
    const at = (field: string): string | undefined => textAt(one, field);
    const message = at('message');
    return `${at('type')} ${at('status')} ${at('reason')}${message === undefined ? '' : `: ${shortened(message)}`}`;
  });
}

/** What Go says of a broken encoding is Go's, and the client library puts Events together; a renewal's instant is compared as the length of a life. */
function shortened(message: string): string {
  return message
    .replace(/^\(combined from similar events\): /, '')
    .replace(/(Error generating certificate template: ).*/, '$1…')
    .replace(/(renewal was scheduled at ).*/, '$1…')
    .replaceAll(/-(?:<generated:\d+>|[a-z0-9]{5})"/g, '-*"');
}

function certificateSteps(at: string, object: KubeObject): Step[] {
  const all = conditions(object);
  const status = fieldsAt(object, 'status');
  const of = (type: string): string => all.find((one) => one.startsWith(`${type} `)) ?? 'none';
  return [
    { track: `${at} Issuing`, state: of('Issuing') },
    { track: `${at} Ready`, state: of('Ready') },
    { track: `${at} revision`, state: shownNumber(status['revision']) },
    { track: `${at} next key`, state: status['nextPrivateKeySecretName'] === undefined ? 'none' : 'there' },
    { track: `${at} failures`, state: shownNumber(status['failedIssuanceAttempts']) },
    { track: `${at} life`, state: lifeOf(status) },
  ];
}

function shownNumber(value: unknown): string {
  return typeof value === 'number' ? String(value) : 'none';
}

/** Lengths, in seconds: the instants are those of the run. */
function lifeOf({ notBefore, notAfter, renewalTime }: Record<string, unknown>): string {
  if (typeof notBefore !== 'string' || typeof notAfter !== 'string') return 'none';
  const seconds = (time: string): number => (Date.parse(time) - Date.parse(notBefore)) / 1000;
  return `${seconds(notAfter)} s, renewed after ${typeof renewalTime === 'string' ? seconds(renewalTime) : 'never'}`;
}

function requestState(type: string, object: KubeObject, show: Show): string {
  const { annotations = {} } = object.metadata;
  const status = fieldsAt(object, 'status');
  const spec = fieldsAt(object, 'spec');
  const asked = type === 'ADDED' ? [annotations['cert-manager.io/certificate-revision'] ?? 'by hand', ...specOf(spec)] : [];
  const answered = ['certificate', 'ca'].flatMap((key) => (status[key] === undefined ? [] : `${key} ${show(status[key])}`));
  return [type === 'ADDED' ? 'made' : 'is', ...asked, ...conditions(object), ...answered].join(', ');
}

function specOf({ duration, isCA, issuerRef, usages }: Record<string, unknown>): string[] {
  return [JSON.stringify({ duration, isCA, issuerRef: fieldsAt({ issuerRef }, 'issuerRef')['name'], usages })];
}

function secretSteps(type: string, object: KubeObject, show: Show): Step[] {
  const { namespace = '', name = '', labels = {}, annotations = {} } = object.metadata;
  const isNext = labels[NEXT_KEY] !== undefined || /-<generated:\d+>$/.test(name);
  const track = isNext ? `next key of ${namespace}/${name.replace(/-[^-]+$/, '')}` : `Secret ${namespace}/${name}`;
  if (type === 'DELETED') return [{ track, state: 'deleted' }];
  const data = Object.entries(fieldsAt(object, 'data'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} = ${show(value)}`);
  const texts = (of: Record<string, string>): string => JSON.stringify(Object.entries(of).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const head = isNext ? [] : [`labels ${texts(labels)}`, `annotations ${texts(annotations)}`, `type ${String(object['type'])}`];
  return [{ track, state: [...data, ...head].join('; ') }];
}

function eventSteps(object: KubeObject): Step[] {
  const { kind, name, namespace } = fieldsAt(object, 'involvedObject');
  const state = `${textAt(object, 'type')} ${textAt(object, 'reason')}: ${shortened(textAt(object, 'message') ?? '')}`;
  return [{ track: `Events of ${String(kind)} ${String(namespace)}/${String(name)}`, state }];
}

/** A line as something seen; `time` gives the instant of a placeholder. */
export function seenLine({ event, object }: Line, time: (placeholder: string) => string): Seen {
  const [type = '', kind = '', path = ''] = event.split(' ');
  const [first = '', second] = path.split('/');
  const place = second === undefined ? { name: first } : { namespace: first, name: second };
  const timed = JSON.parse(JSON.stringify(object ?? {}).replaceAll(/<time:\d+>/g, time)) as Partial<KubeObject>;
  return { type, object: { ...timed, kind, metadata: { ...timed.metadata, ...place } } };
}
