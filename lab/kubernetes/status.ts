/** Errors as the API server words them. */
import type { Resource } from './resources.ts';

/** One of the reasons inside a Status. */
export interface StatusCause {
  reason?: string;
  message: string;
  field?: string;
}

/** What a Status is about. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** The answer to a call that failed, or that has no object to show. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: object;
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

/** A refusal: thrown anywhere below a handler, answered as its Status. */
export class StatusError extends Error {
  readonly status: Status;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: Status, headers: Readonly<Record<string, string>> = {}) {
    super(status.message);
    this.name = 'StatusError';
    this.status = status;
    this.headers = headers;
  }
}

/** A refusal that is plain text instead of a Status. */
export class PlainError extends Error {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, text: string, headers: Readonly<Record<string, string>> = {}) {
    super(text);
    this.name = 'PlainError';
    this.code = code;
    this.headers = headers;
  }
}

/** What makes one failure different from another. */
export interface FailureParts {
  code: number;
  message: string;
  reason?: string;
  details?: StatusDetails;
}

/** A failure as it is sent. */
export function failureStatus({ code, message, reason, details }: FailureParts): Status {
  const parts = { ...(reason === undefined ? {} : { reason }), ...(details === undefined ? {} : { details }) };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...parts, code };
}

/** A failure to be thrown. */
export function failure(parts: FailureParts): StatusError {
  return new StatusError(failureStatus(parts));
}

/** `details` that name a resource, as not-found and conflict answers carry them. */
export function resourceDetails(resource: Pick<Resource, 'group' | 'resource'>, name: string): StatusDetails {
  return { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.resource };
}

/** `secrets` for the core group, `deployments.apps` for the others. */
export function qualified(resource: Pick<Resource, 'group' | 'resource'>): string {
  return resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
}

function qualifiedKind(resource: Pick<Resource, 'group' | 'kind'>): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
}

/** 404: no object of that name. */
export function notFound(resource: Resource, name: string): StatusError {
  const message = `${qualified(resource)} "${name}" not found`;
  return failure({ code: 404, message, reason: 'NotFound', details: resourceDetails(resource, name) });
}

/** The answer to a version or resource that a known group does not have. */
export function noSuchResource(): StatusError {
  return failure({ code: 404, message: 'the server could not find the requested resource', reason: 'NotFound', details: {} });
}

/** 409: the name is taken, perhaps by an object on its way out. */
export function alreadyExists(resource: Resource, name: string, deleting = false): StatusError {
  const message = `${deleting ? 'object is being deleted: ' : ''}${qualified(resource)} "${name}" already exists`;
  return failure({ code: 409, message, reason: 'AlreadyExists', details: resourceDetails(resource, name) });
}

const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409: the object is not the one that the write rests on. */
export function conflict(resource: Resource, name: string, why: string = STALE): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return failure({ code: 409, message, reason: 'Conflict', details: resourceDetails(resource, name) });
}

/** 400. */
export function badRequest(message: string): StatusError {
  return failure({ code: 400, message, reason: 'BadRequest' });
}

/** A failure that the real server did not foresee either: code 500 without a reason. */
export function unforeseen(message: string): StatusError {
  return failure({ code: 500, message });
}

/** 405. */
export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return failure({ code: 405, message, reason: 'MethodNotAllowed', details: {} });
}

/** One fault of a validated object. */
export interface FieldFault {
  field: string;
  reason: string;
  message: string;
}

/** A field that must be there. */
export function required(field: string, more = ''): FieldFault {
  return { field, reason: 'FieldValueRequired', message: `Required value${more === '' ? '' : `: ${more}`}` };
}

/** A field with a value that cannot be. */
export function invalidValue(field: string, value: unknown, why: string): FieldFault {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

/** 422 with every fault: alone in the message, or as a list. */
export function invalid(resource: Pick<Resource, 'group' | 'kind'>, name: string, faults: readonly FieldFault[]): StatusError {
  const texts = faults.map((fault) => `${fault.field}: ${fault.message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const causes = faults.map((fault) => ({ reason: fault.reason, message: fault.message, field: fault.field }));
  const details = {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.kind,
    causes,
  };
  return failure({ code: 422, message: `${qualifiedKind(resource)} "${name}" is invalid: ${list}`, reason: 'Invalid', details });
}

/** The answer to a deletion that is done at once. */
export function deletedStatus(resource: Resource, name: string, uid: string): object {
  const details = { ...resourceDetails(resource, name), uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
