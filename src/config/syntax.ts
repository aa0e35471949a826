import type { ErrorCode } from 'yaml';

interface Words {
  readonly expected: string;
  readonly next?: string;
}

const QUOTES = 'Put a value with special characters in quotes.';

/** Broken YAML in our words, by the parser's code. The parser's own sentences repeat what is written, which may be a secret. */
export const SYNTAX: Readonly<Record<ErrorCode, Words>> = {
  ALIAS_PROPS: { expected: 'no tag or anchor before an alias' },
  BAD_ALIAS: { expected: 'a value in quotes: outside of them * begins an alias' },
  BAD_COLLECTION_TYPE: { expected: 'a tag that fits the value' },
  BAD_DIRECTIVE: { expected: 'no line that begins with %' },
  BAD_DQ_ESCAPE: { expected: 'a known escape after \\ inside double quotes', next: 'Single quotes take a \\ as it is.' },
  BAD_INDENT: { expected: 'the same indentation for lines of the same level, and a closing bracket' },
  BAD_PROP_ORDER: { expected: 'an anchor or a tag before the value' },
  BAD_SCALAR_START: { expected: 'a value in quotes: outside of them it cannot begin with @, ` or %' },
  BLOCK_AS_IMPLICIT_KEY: { expected: 'one name: value on a line, indented like its neighbours', next: QUOTES },
  BLOCK_IN_FLOW: { expected: 'no indented block inside brackets' },
  DUPLICATE_KEY: { expected: 'each name once in a mapping' },
  IMPOSSIBLE: { expected: 'YAML' },
  KEY_OVER_1024_CHARS: { expected: 'a name of at most 1024 characters' },
  MISSING_CHAR: { expected: 'a character that is missing here', next: 'Look for a quote, a bracket, a comma or a colon with its space.' },
  MULTILINE_IMPLICIT_KEY: { expected: 'a name on one line, with a colon after it' },
  MULTIPLE_ANCHORS: { expected: 'at most one anchor' },
  MULTIPLE_DOCS: { expected: 'one document: no second ---' },
  MULTIPLE_TAGS: { expected: 'at most one tag' },
  NON_STRING_KEY: { expected: 'a name that is text' },
  RESOURCE_EXHAUSTION: { expected: 'fewer levels of lists and mappings' },
  TAB_AS_INDENT: { expected: 'spaces for indentation, not tabs' },
  TAG_RESOLVE_FAILED: { expected: 'no tag of its own kind (!…)' },
  UNEXPECTED_TOKEN: { expected: 'the end of the value here', next: QUOTES },
};
