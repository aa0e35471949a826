/** Writes deploy/canary/canary.yaml: what `meshwarden canary install` applies, for those who apply it by hand. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canaryManifest } from './canary/manifest.ts';

writeFileSync(join(import.meta.dirname, '..', 'deploy', 'canary', 'canary.yaml'), canaryManifest());
