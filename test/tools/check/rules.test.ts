import { describe, expect, it } from 'vitest';
import { formatViolation, violationsOf } from '../../../tools/check/rules.ts';
import { sourceOf } from '../../../tools/check/source.ts';

/** `line rule` of everything that is wrong with a file. */
function faults(path: string, text: string): readonly string[] {
  return violationsOf([sourceOf(path, text)]).map(({ line, rule }) => `${line} ${rule}`);
}

const CLIENT = "import { KubeConfig } from '@kubernetes/client-node';\n";

describe('tools/check directions', () => {
  it.each([
    ['src/pki/a.ts', "import { DAY } from '../core/duration.ts';"],
    ['src/mesh/checks/a.ts', "import type { A } from '../../pki/certificate.ts';\nimport { b } from '../model.ts';"],
    ['src/k8s/a.ts', `${CLIENT}import { b } from '../mesh/model.ts';\nimport { readFileSync } from 'node:fs';`],
    ['src/bot/a.ts', "import { a } from '../actions/status.ts';\nimport type { Config } from '../config/config.ts';"],
    ['src/app.ts', "import { a } from './k8s/a.ts';\nimport { b } from './bot/b.ts';"],
    ['src/main.ts', "import { a } from './app.ts';\nconst cli = await import('./cli/index.ts');"],
    ['lab/a.ts', "import type { A } from '../src/k8s/a.ts';\nimport { b } from '../src/pki/b.ts';"],
    ['test/a.test.ts', "import { a } from '../src/k8s/a.ts';\nimport { b } from '../lab/b.ts';"],
    ['src/pki/b.ts', "// import { a } from '../k8s/a.ts';\nconst text = \"import { a } from '../k8s/a.ts'\";"],
  ])('lets %s follow the arrows', (path, text) => {
    expect(faults(path, text)).toEqual([]);
  });

  it.each([
    ['src/core/a.ts', "import { a } from '../pki/a.ts';", ['1 import of ../pki/a.ts']],
    ['src/pki/a.ts', "import type { A } from '../mesh/model.ts';", ['1 import of ../mesh/model.ts']],
    [
      'src/mesh/a.ts',
      `${CLIENT}import { readFile } from 'node:fs/promises';`,
      ['1 import of @kubernetes/client-node', '2 import of node:fs/promises'],
    ],
    ['src/mesh/b.ts', "import { readFileSync } from 'fs';", ['1 import of fs']],
    ['src/k8s/a.ts', "export { a } from '../store/a.ts';", ['1 import of ../store/a.ts']],
    [
      'src/jobs/a.ts',
      "import {\n  a,\n} from '../bot/a.ts';\nimport { b } from '../k8s/b.ts';",
      ['1 import of ../bot/a.ts', '4 import of ../k8s/b.ts'],
    ],
    ['src/cli/a.ts', "const a = await import('../store/a.ts');", ['1 import of ../store/a.ts']],
    ['src/bot/a.ts', "import { type Config, load } from '../config/load.ts';", ['1 import of ../config/load.ts']],
    ['src/actions/a.ts', "import '../jobs/queue.ts';", ['1 import of ../jobs/queue.ts']],
    [
      'src/app.ts',
      "import { a } from '../lab/a.ts';\nimport { b } from '../test/b.ts';",
      ['1 import of ../lab/a.ts', '2 import of ../test/b.ts'],
    ],
    ['src/main.ts', "import { a } from './k8s/a.ts';", ['1 import of ./k8s/a.ts']],
    ['src/bot/b.ts', "import { a } from '../app.ts';", ['1 import of ../app.ts']],
    ['src/shed/a.ts', "import { a } from '../core/a.ts';", ['1 import of ../core/a.ts']],
    [
      'lab/a.ts',
      "import { a } from '../src/k8s/a.ts';\nimport { b } from '../test/b.ts';",
      ['1 import of ../src/k8s/a.ts', '2 import of ../test/b.ts'],
    ],
  ])('refuses what %s may not import', (path, text, expected) => {
    expect(faults(path, text)).toEqual(expected);
  });
});

describe('tools/check ambient', () => {
  const text = [
    'const a = Date.now();',
    'const b = new Date();',
    'setTimeout(run, 1);',
    'const c = Math.random();',
    "const d = process.env['HOME'];",
    'const e = performance.now();',
    'setInterval(run, 1);',
    'const f = new Date(a); // Date.now() is read elsewhere',
    "const g = 'Math.random()';",
  ].join('\n');

  it('finds time, timers, randomness and environment in a room', () => {
    expect(faults('src/k8s/a.ts', text)).toEqual([
      '1 ambient time (Date.now)',
      '2 ambient time (new Date())',
      '3 ambient timer',
      '4 ambient randomness',
      '5 ambient environment',
      '6 ambient time (performance.now)',
      '7 ambient timer',
    ]);
  });

  it.each(['src/core/clock.ts', 'src/app.ts', 'src/main.ts', 'lab/a.ts', 'tools/a.ts'])('leaves %s alone', (path) => {
    expect(faults(path, text)).toEqual([]);
  });

  it('lets no pure room touch the process', () => {
    expect(faults('src/mesh/a.ts', 'const a = process.platform;')).toEqual(['1 process in a pure room']);
    expect(faults('src/cli/a.ts', 'const a = process.platform;')).toEqual([]);
  });
});

describe('tools/check log messages', () => {
  it('wants the last argument of warn and error to be plain text', () => {
    const text = [
      "log.warn({ cluster }, 'cannot look');",
      'log.error({ cluster }, `cannot look at ${cluster}`);',
      "this.#logger.error({ err }, 'cannot look' + why);",
      'logger.warn(',
      "  { list: [1, 2], text: 'a, b' },",
      "  'static text, with a comma',",
      ');',
      'log.warn({ cluster }, message);',
      'log.info({ cluster }, message);',
      "console.error('not a log');",
    ].join('\n');
    expect(faults('src/k8s/a.ts', text)).toEqual(['2 log message that varies', '3 log message that varies', '8 log message that varies']);
    expect(faults('lab/a.ts', text)).toEqual([]);
  });
});

describe('tools/check honest tests', () => {
  it('finds mocks, tests that are left out and waiting by time', () => {
    const text = [
      "vi.mock('../src/a.ts');",
      "it.skip('a', () => {});",
      "describe.only('b', () => {});",
      "it.concurrent.skipIf(true)('c', () => {});",
      'await new Promise((resolve) => setTimeout(resolve, 10));',
      'await sleep(10);',
      'await clock.sleep(10);',
      'stream.skip(1);',
      "import { setTimeout as wait } from 'node:timers/promises';",
    ].join('\n');
    expect(faults('test/a.test.ts', text)).toEqual([
      '1 module mocking',
      '2 a test that is not run',
      '3 a test that is not run',
      '4 a test that is not run',
      '5 waiting by time',
      '6 waiting by time',
      '9 waiting by time',
    ]);
  });
});

describe('tools/check size', () => {
  it('stops a file at 300 lines', () => {
    expect(faults('lab/a.ts', 'a;\n'.repeat(300))).toEqual([]);
    expect(faults('lab/a.ts', 'a;\n'.repeat(301))).toEqual(['301 301 lines']);
    expect(faults('test/a.ts', 'a;\n'.repeat(301))).toEqual([]);
  });
});

describe('tools/check places', () => {
  it('finds the paths of a machine and hosts of a registry', () => {
    const host = ['registry', 'npmjs', 'org'].join('.');
    const text = `cd /root/main\nopen('/tmp');\n//${host}/:_authToken=x\nsee ./root/a, src/tmp/b and https://a.example/root/c\n`;
    expect(faults('docs/a.md', text)).toEqual([
      '1 path of a machine: /root',
      '2 path of a machine: /tmp',
      `3 registry host: ${host}`,
      '3 credential of a registry: _authToken',
    ]);
  });
});

describe('tools/check lock file', () => {
  it('wants integrity and no host for every package but the project itself', () => {
    const packages = {
      '': { name: 'a' },
      'node_modules/b': { integrity: 'sha512-b' },
      'node_modules/c': { resolved: 'https://a.example/c.tgz', integrity: 'sha512-c' },
      'node_modules/d': {},
    };
    const text = JSON.stringify({ packages }, undefined, 1);
    expect(faults('tools/x/package-lock.json', text)).toEqual(['9 host of node_modules/c', '13 no integrity for node_modules/d']);
  });
});

describe('tools/check report', () => {
  it('says where, which rule and what to do', () => {
    const [violation] = violationsOf([sourceOf('src/jobs/a.ts', '\nMath.random();')]);
    expect(violation && formatViolation(violation)).toBe('src/jobs/a.ts:2: ambient randomness\n    Take a Random.');
  });
});
