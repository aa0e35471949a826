/** What the buttons of an incident carry. By it an open message is found again in the channel when nothing else remembers it. */
import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import { customId, readCustomId } from '../custom-id.ts';

export const INCIDENT_BUTTONS = ['diagnose', 'ack', 'unack', 'silence', 'showcommands'] as const;
export type IncidentButton = (typeof INCIDENT_BUTTONS)[number];

const Ref = z.tuple([z.string().regex(/^[\w-]{1,40}$/), z.string().regex(/^[\w-]{0,40}$/)]);
const Name = z.enum(INCIDENT_BUTTONS);

export interface IncidentRef {
  /** Of the incident. */
  readonly id: string;
  readonly marker: string;
}

export function incidentButton(button: IncidentButton, { id, marker }: IncidentRef): string {
  return customId(button, id, marker);
}

/** The incident of a custom id; undefined where it is of anything else. */
export function readIncidentButton(text: string): IncidentRef | undefined {
  const read = readCustomId(text);
  if (read === undefined || !Name.safeParse(read.name).success) return undefined;
  const ref = refOf(read.args);
  return ref?.marker === '' ? undefined : ref;
}

/** The incident that a pressed button names. @throws OperatorError for what is none. */
export function incidentIdOf(args: readonly string[]): string {
  const ref = refOf(args);
  if (ref !== undefined) return ref.id;
  throw new OperatorError({ reason: 'notFound', what: 'This button names no alert', next: 'Run `/mesh alerts` for what is open.' });
}

function refOf(args: readonly string[]): IncidentRef | undefined {
  const parsed = Ref.safeParse(args);
  return parsed.success ? { id: parsed.data[0], marker: parsed.data[1] } : undefined;
}
