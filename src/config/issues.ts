import { z } from 'zod';
import { DURATION, SNOWFLAKE } from './fields.ts';
import { pathText, type ConfigFault } from './fault.ts';
import type { ConfigDocument } from './document.ts';
import { nearest } from './nearest.ts';
import { isSecretName, shown, shownName } from './shown.ts';
import { FileSchema } from './schema.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** More unknown names than this in one mapping are no slips: the file is something else. */
const MOST_UNKNOWN = 100;

/** What the schema refuses, as faults with their places. */
export function issueFaults(issues: readonly Issue[], document: ConfigDocument): readonly ConfigFault[] {
  return issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue, document) : [wrongValue(issue, document)]));
}

function unknownKeys({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, document: ConfigDocument): readonly ConfigFault[] {
  const faults = keys.slice(0, MOST_UNKNOWN).map((key) => unknownKey([...path, key], document));
  const rest = keys.length - faults.length;
  if (rest === 0) return faults;
  return [
    ...faults,
    { ...document.place(path), expected: `names out of ${namesAt(path).join(', ')}`, found: `${rest} more that are unknown` },
  ];
}

function wrongValue(issue: Issue, document: ConfigDocument): ConfigFault {
  const name = issue.path.findLast((part) => typeof part === 'string') ?? '';
  const value = valueAt(document.value, issue.path);
  const fault = { ...document.place(issue.path), expected: issue.message, found: shown(value, name, document.source(issue.path)) };
  if (typeof value === 'number' && isTextExpected(issue)) return { ...fault, next: numberAdvice(issue) };
  const near = issue.code === 'invalid_value' && typeof value === 'string' ? nearest(value, issue.values.map(String)) : undefined;
  return near === undefined ? fault : { ...fault, nearest: near };
}

function numberAdvice(issue: Issue): string {
  if (issue.message === DURATION) return 'Add a unit.';
  return issue.message === SNOWFLAKE
    ? 'Put it in quotes: as a number it loses its last digits.'
    : 'Put it in quotes: YAML reads it as a number.';
}

function isTextExpected(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'string';
}

function unknownKey(path: Path, document: ConfigDocument): ConfigFault {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const valid = namesAt(parent);
  const { line, column } = document.place(path, 'key');
  const fault = {
    path: pathText([...parent, shownName(key)]),
    line,
    column,
    expected: `one of ${valid.join(', ')}`,
    found: 'an unknown name',
  };
  if (isSecretName(key) && !valid.includes(key)) return { ...fault, ...secretAdvice(parent, valid, key) };
  const near = nearest(key, valid);
  if (near !== undefined) return { ...fault, nearest: near };
  const elsewhere = sectionsWith(key);
  return elsewhere.length === 0 ? fault : { ...fault, next: `It belongs to ${elsewhere.join(' or ')}.` };
}

/** A secret in the file itself: it is refused, and the fault tells where it goes. */
function secretAdvice(parent: Path, valid: readonly string[], key: string): Partial<ConfigFault> {
  const near = nearest(key, valid);
  if (parent[0] === 'discord') return { expected: 'no token in this file', ...TOKEN_ADVICE };
  if (parent[0] === 'redis') return { expected: 'no password in this file', ...PASSWORD_ADVICE };
  return near === undefined ? {} : { nearest: near };
}

const TOKEN_ADVICE = { next: 'Put it into a file and name that in discord.tokenFile, or set MESHWARDEN_DISCORD_TOKEN.' };
const PASSWORD_ADVICE = { next: 'Put it into a file and name that in redis.passwordFile, or set MESHWARDEN_REDIS_PASSWORD.' };

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return value;
}

/** A schema as JSON Schema draws it, as far as names are looked up in it. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

function wholeShape(): Shape {
  return z.toJSONSchema(FileSchema, { io: 'input' }) as Shape;
}

/** The sections of the file, and the list of clusters, in which a name is known. */
function sectionsWith(key: string): readonly string[] {
  return Object.entries(wholeShape().properties ?? {}).flatMap(([section, shape]) => {
    const isKnown = Object.hasOwn((shape.items ?? shape).properties ?? {}, key);
    return isKnown ? [shape.items === undefined ? section : `an entry of ${section}`] : [];
  });
}

/** The names that may stand at a path. */
function namesAt(path: Path): readonly string[] {
  let shape: Shape | undefined = wholeShape();
  for (const step of path) shape = typeof step === 'number' ? shape?.items : shape?.properties?.[String(step)];
  return Object.keys(shape?.properties ?? {});
}
