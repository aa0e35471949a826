import { describe, expect, it } from 'vitest';
import { blank } from '../../../tools/check/blank.ts';

const samples = [
  { title: 'line comments', text: "a(); // it's\nb();", code: 'a();        \nb();', bare: 'a();        \nb();' },
  { title: 'block comments over lines', text: 'a /* `x\n */ b', code: 'a      \n    b', bare: 'a      \n    b' },
  { title: 'strings with quotes and slashes inside', text: `f('a\\'//b', "c");`, code: `f('a\\'//b', "c");`, bare: 'f(        ,    );' },
  {
    title: 'templates with code inside',
    text: '`a ${f({ b: `c` })} //d` + e',
    code: '`a ${f({ b: `c` })} //d` + e',
    bare: '`  ${f({ b: ` ` })}    ` + e',
  },
  { title: 'regular expressions', text: 'x = /[/"]\\/\'/g; y', code: 'x = /[/"]\\/\'/g; y', bare: 'x =           ; y' },
  { title: 'divisions', text: "a / b / 'c'", code: "a / b / 'c'", bare: 'a / b /    ' },
  { title: 'text that never ends', text: 'a `b ${ c', code: 'a `b ${ c', bare: 'a `  ${ c' },
] as const;

describe('tools/check/blank', () => {
  it.each(samples)('tells code from the rest: $title', ({ text, code, bare }) => {
    expect(blank(text)).toEqual({ text, code, bare });
  });
});
