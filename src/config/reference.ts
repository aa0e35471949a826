import { z } from 'zod';
import { FileSchema } from './schema.ts';
import { VARIABLES } from './sources.ts';

/** A schema as JSON Schema draws it, as far as it is read here. */
interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: string | number | boolean | object;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
}

/** The configuration file as JSON Schema, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(FileSchema, { io: 'input' });
}

/** Every field of the file, in its order. */
function configFields(): readonly Field[] {
  return fieldsOf(z.toJSONSchema(FileSchema, { io: 'input' }) as Shape, '');
}

function fieldsOf(shape: Shape, prefix: string): readonly Field[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix + name;
    const inner = child.items?.properties === undefined ? fieldsOf(child, `${path}.`) : fieldsOf(child.items, `${path}[].`);
    const field = {
      path,
      type: typeOf(child),
      default: defaultOf(child, shape.required?.includes(name) ?? false),
      meaning: child.description ?? '',
    };
    return [field, ...inner];
  });
}

function typeOf(shape: Shape): string {
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${value}\``).join(', ');
  if (shape.type === 'array') return `list of ${typeOf(shape.items ?? {})}`;
  if (shape.type === 'object') return 'mapping';
  if (shape.type === 'integer') return 'whole number';
  return shape.type === 'boolean' ? '`true`, `false`' : 'text';
}

function defaultOf(shape: Shape, isRequired: boolean): string {
  if (isRequired) return 'required';
  if (shape.default === undefined || shape.type === 'object') return '';
  if (Array.isArray(shape.default) && shape.default.length === 0) return 'empty';
  return `\`${typeof shape.default === 'string' ? shape.default : JSON.stringify(shape.default)}\``;
}

/** `docs/configuration.md` as it has to be. */
export function configReference(): string {
  const fields = configFields().map((field) => `| \`${field.path}\` | ${field.type} | ${field.default} | ${field.meaning} |`);
  const variables = Object.entries(VARIABLES).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return [
    HEAD,
    '| field | type | default | meaning |',
    '|---|---|---|---|',
    ...fields,
    '',
    '## Environment',
    '',
    'The environment comes before the file. A variable that is set to nothing counts as not set.',
    '',
    '| variable | meaning |',
    '|---|---|',
    ...variables,
    '',
  ].join('\n');
}

const HEAD = `# Configuration

meshwarden reads one YAML file. It is looked for under \`--config\`, \`MESHWARDEN_CONFIG\`, \`./meshwarden.yaml\` and \`/etc/meshwarden/meshwarden.yaml\`, in this
order; the first one counts. \`meshwarden init\` writes one. Without any, \`meshwarden status\` looks at the contexts of the kubeconfig.

All faults are told at once, with line and column. Secrets have no place in the file: they come from files of their own or from the environment.
Editors complete and check the file with this first line:

\`\`\`yaml
# yaml-language-server: $schema=./meshwarden.schema.json
\`\`\`

The smallest file:

\`\`\`yaml
clusters:
  - { name: cluster-a, network: network-a, roles: [edge, signer], context: cluster-a }
  - { name: cluster-b, network: network-b, context: cluster-b }
\`\`\`

## Fields
`;
