/** Every code with which a way to a goal but the root's refuses, or says what it cannot do. Each has its heading in `docs/checks.md`. */
import { CHANGE_CODES } from './change.ts';
import { ISTIOD_CODES } from './istiod.ts';
import { PUBLICATION_CODES } from './publication.ts';
import { SOURCE_CODES } from './source.ts';

export const PLANNER_CODES: readonly string[] = [...SOURCE_CODES, ...PUBLICATION_CODES, ...ISTIOD_CODES, ...CHANGE_CODES];
