import { expect, it } from 'vitest';
import { connectionWords } from '../../src/core/connection-words.ts';

it.each([
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'connection refused'],
  [Object.assign(new Error('getaddrinfo ENOTFOUND redis'), { code: 'ENOTFOUND' }), 'its name is not known'],
  [new Error("Stream isn't writeable and enableOfflineQueue options is false"), 'it does not answer'],
  [new Error('Command timed out'), 'it does not answer'],
  [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'it does not accept the password'],
  [new Error('NOAUTH Authentication required.'), 'it asks for a password'],
  [new Error("OOM command not allowed when used memory > 'maxmemory'."), 'its memory is full'],
  [new Error('something else'), 'something else'],
  ['a text', 'a text'],
])('says why in plain words: %s', (error, expected) => {
  expect(connectionWords(error)).toBe(expected);
});
