/** Writes the derived parts of docs/probes.md anew. Look at the difference before it is committed: the page is what the test expects. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withParts } from './gateway-tables.ts';

const PAGE = join(import.meta.dirname, '../../../docs/probes.md');

writeFileSync(PAGE, withParts(readFileSync(PAGE, 'utf8')));
