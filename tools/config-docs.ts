/** Writes what the documentation derives from the schema of the configuration. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema, configReference } from '../src/config/reference.ts';

const DOCS = join(import.meta.dirname, '..', 'docs');

writeFileSync(join(DOCS, 'configuration.md'), configReference());
writeFileSync(join(DOCS, 'meshwarden.schema.json'), JSON.stringify(configJsonSchema()));
