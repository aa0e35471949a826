/** What the API server answers to a write that rests on another state, or nothing at all. */
export class Conflict extends Error {}
