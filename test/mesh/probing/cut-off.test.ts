import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/mesh/health.ts';
import { withCutOff } from '../../../src/mesh/probing/cut-off.ts';

const SILENT = { code: 'link-silent', says: 'nothing answers', facts: [], hint: 'Look.', commands: [] };

function link(to: string, outcome: Sample['outcome']): Sample {
  const sample = { rule: 'link-down', subject: { kind: 'link', from: 'a', to }, at: 5, vantage: 'a', outcome } as const;
  return outcome === 'failing' ? { ...sample, cause: SILENT } : sample;
}

function node(outcome: Sample['outcome']): Sample {
  return { rule: 'tailnet-node', subject: { kind: 'tailnet', vantage: 'a' }, at: 5, vantage: 'a', outcome };
}

const CUT_OFF: Sample = {
  ...node('failing'),
  cause: {
    code: 'tailnet-cut-off',
    says: 'none of 2 peers answers',
    facts: ['nothing answers', 'link a → b, link a → c'],
    hint: 'Look at this end first: the network of the machine, its Tailscale node, the policy of the tailnet.',
    commands: ['tailscale status', 'tailscale netcheck'],
  },
};

describe('src/mesh/probing/cut-off.ts', () => {
  it('blames this end where no peer answers, whatever its node says of itself', () => {
    const down = [link('b', 'failing'), link('c', 'failing')];
    expect(withCutOff([node('ok'), ...down])).toEqual([CUT_OFF, ...down]);
    expect(withCutOff(down)).toEqual([CUT_OFF, ...down]);
  });

  it('blames nobody where one answers, and says so where nobody else does', () => {
    const some = [link('b', 'failing'), link('c', 'ok')];
    expect(withCutOff([node('ok'), ...some])).toEqual([node('ok'), ...some]);
    expect(withCutOff(some)).toEqual([{ ...node('ok'), says: 'a peer answers' }, ...some]);
  });

  it('cannot know with one peer, or where a peer was not measured, and leaves alone what the node says is wrong', () => {
    const one = [node('ok'), link('b', 'failing')];
    expect(withCutOff(one)).toEqual(one);
    const unknown = [node('ok'), link('b', 'failing'), link('c', 'unknown')];
    expect(withCutOff(unknown)).toEqual(unknown);
    const unasked = [link('b', 'failing'), link('c', 'unknown')];
    expect(withCutOff(unasked)).toEqual([node('unknown'), ...unasked]);
    const blind = [{ ...link('b', 'unknown'), cause: SILENT }, link('c', 'unknown')];
    expect(withCutOff(blind)).toEqual([{ ...node('unknown'), cause: SILENT }, ...blind]);
    const stopped = [node('failing'), link('b', 'failing'), link('c', 'failing')];
    expect(withCutOff(stopped)).toEqual(stopped);
  });
});
