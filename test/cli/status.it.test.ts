import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { labFolder, type LabFolder } from './lab-mesh.ts';
import { run, type Answer } from './terminal.ts';

const HEALTHY = `● Mesh healthy · 2 clusters

cluster-a  edge, signer · Kubernetes 1.36 · Istio 1.30.4
cluster-b  Kubernetes 1.36 · Istio 1.30.4
Link       cluster-a→cluster-b, cluster-b→cluster-a not measured: no link probe runs
Gateways   cluster-a 1 of 1 ready · cluster-b 1 of 1 ready
CA         root 9 y · cluster-a renews in 100 days · cluster-b renews in 100 days
59 checks passed
`;
const MAIN = join(import.meta.dirname, '../../src/main.ts');
const latency = z.object({ clusters: z.array(z.object({ latencyMs: z.number() })) });
let lab: LabFolder;

beforeAll(async () => {
  lab = await labFolder();
});

afterEach(() => lab.faults.reset());
afterAll(() => lab.stop());

function status(...argv: readonly string[]): Promise<Answer> {
  return run(['status', ...argv], { clock: lab.clock, cwd: lab.dir });
}

function fromKubeconfig(...argv: readonly string[]): Promise<Answer> {
  return run(['status', ...argv], { clock: lab.clock, cwd: lab.bare, environment: { KUBECONFIG: join(lab.dir, 'all.yaml') } });
}

describe('meshwarden status', () => {
  it('says of a healthy mesh how it is, without colour', async () => {
    expect(await status()).toEqual({ code: 0, out: HEALTHY, err: '' });
  });

  it('colours its answer on a terminal, and changes nothing else', async () => {
    const { code, out, err } = await run(['status'], { clock: lab.clock, cwd: lab.dir, colour: true });

    expect(out).not.toBe(HEALTHY);
    expect({ code, out: stripVTControlCharacters(out), err }).toEqual({ code: 0, out: HEALTHY, err: '' });
  });

  it('as a process whose output is no terminal, answers without colour', async () => {
    const env = { HOME: lab.bare, PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', FORCE_COLOR: '1' };

    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, 'status'], { cwd: lab.dir, env });

    // The process has a clock of its own, a few seconds later.
    const masked = (text: string): string => text.replaceAll(/renews in \d+ days/g, 'renews in some days');
    expect({ out: masked(stdout), err: stderr }).toEqual({ out: masked(HEALTHY), err: '' });
  });

  it('--json gives the whole answer', async () => {
    const { code, out, err } = await status('--json');
    const answer: unknown = JSON.parse(out);
    const [a, b] = latency.parse(answer).clusters;
    const now = lab.clock.now();
    const day = 86_400_000;
    const common = { kubernetes: '1.36', istio: ['1.30.4'] };
    const renewal = { notAfter: now + 160 * day, renewalTime: now + 100 * day };

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(answer).toEqual({
      schema: 1,
      at: now,
      clusters: [
        { ...common, ...a, name: 'cluster-a', network: 'network-a', roles: ['signer', 'edge'] },
        { ...common, ...b, name: 'cluster-b', network: 'network-b', roles: [] },
      ],
      links: [
        { from: 'cluster-a', to: 'cluster-b', notMeasured: 'no link probe runs' },
        { from: 'cluster-b', to: 'cluster-a', notMeasured: 'no link probe runs' },
      ],
      gateways: [
        { cluster: 'cluster-a', state: 'ready', ready: 1, total: 1, addresses: ['100.64.0.10'], asked: [] },
        { cluster: 'cluster-b', state: 'ready', ready: 1, total: 1, addresses: ['100.64.0.20'], asked: [] },
      ],
      authority: {
        rootNotAfter: now + (3650 - 30) * day,
        intermediates: ['cluster-a', 'cluster-b'].map((cluster) => ({ cluster, ...renewal })),
      },
      report: { verdict: 'healthy', problems: [], notes: [], passed: 59, unseen: [], errored: [] },
    });
  });

  it('says of a problem what it is and what to do, and exits with 1', async () => {
    await lab.faults.set('istio-definitions-missing-cluster-b', true);

    expect(await status()).toEqual({
      code: 1,
      out: `▲ Mesh: 1 problem · 2 clusters

▲ The API server of cluster-b knows no Gateways of Istio  [istio-definitions-missing]
  There is no group networking.istio.io: the definitions of Istio are not installed, and its objects are gone with them.
  Next: Install Istio's definitions (chart base), then apply its objects again.
    kubectl --context cluster-b get crd gateways.networking.istio.io

${HEALTHY.split('\n').slice(2, -2).join('\n')}
58 checks passed
`,
      err: '',
    });
  });

  it('--json exits with 1 as well', async () => {
    await lab.faults.set('istio-definitions-missing-cluster-b', true);

    const { code, out, err } = await status('--json');

    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(JSON.parse(out)).toMatchObject({ schema: 1, report: { verdict: 'problems' } });
  });

  it('--cluster looks at that one alone', async () => {
    expect(await status('--cluster', 'cluster-b')).toEqual({
      code: 0,
      out: `● cluster-b healthy

cluster-b  Kubernetes 1.36 · Istio 1.30.4
Gateways   cluster-b 1 of 1 ready
CA         root 9 y · cluster-b renews in 100 days
35 checks passed
`,
      err: '',
    });
  });

  it.each([
    ['the contexts that are named', ['--context', 'cluster-a', 'cluster-b']],
    ['every context where there is no configuration', []],
  ])('looks at %s, and says what it cannot know of them', async (_, argv) => {
    const { code, out, err } = await fromKubeconfig(...argv);
    const lines = out.split('\n');

    expect({ code, err }).toEqual({
      code: 2,
      err: 'No configuration file: looking at cluster-a, cluster-b. `meshwarden init` writes one.\n',
    });
    expect([lines[0], ...lines.slice(-7)]).toEqual([
      '◌ Mesh: nothing wrong found, but 16 checks could not look · 2 clusters',
      'cluster-a  Kubernetes 1.36 · Istio 1.30.4',
      'cluster-b  Kubernetes 1.36 · Istio 1.30.4',
      'Link       cluster-a→cluster-b, cluster-b→cluster-a not measured: no link probe runs',
      'Gateways   cluster-a 1 of 1 ready · cluster-b 1 of 1 ready',
      'CA         root 9 y · cluster-a ends in 160 days · cluster-b ends in 160 days',
      '43 checks passed · 16 could not look',
      '',
    ]);
    expect(lines.slice(1, 4)).toEqual([
      '',
      '◌ 16 checks: could not be looked at: Nobody said in which cluster cert-manager keeps the root',
      '',
    ]);
  });
});
