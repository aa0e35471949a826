/** Where the double differs from a real server and may, each with the reason. Everything else must be the same. */

interface Known {
  /** Found in the line that tells the difference. */
  readonly line: RegExp;
  readonly reason: string;
}

/** The list. */
export const KNOWN: readonly Known[] = [
  { line: /Code: 4, Key: \//, reason: 'the key under which the store holds an object: some paths have its prefix and some have not' },
  {
    line: /^\.body\.metadata\.continue: real "<continue>", double nothing$/,
    reason: 'with a selector the real server names a next page that may be empty; the double looks whether it is',
  },
  {
    line: /^\.body\.metadata\.resourceVersion: real "<rv \d+>", double nothing$/,
    reason: 'a dry run that would make a Lease repeats the version of the request',
  },
  {
    line: /fieldsV1\.f:metadata: real \{"f:labels":\{\}\}, double nothing$/,
    reason: 'a manager whose last label went to another keeps the empty map of labels; the double forgets it',
  },
  {
    line: /^\.body\.details\.name: real "\w+", double nothing$|^\.body\.message: real "[\w.]+ \\"\w+\\" is forbidden: .* cannot list resource/,
    reason: 'a refused list of one name repeats the name; the product names what it asked for itself',
  },
];
