/** Whether a vantage is cut off from all of its peers: one cause, and not one for each of them. Pure. */
import { subjectTitle, type Cause, type Sample } from '../health.ts';

/** With one peer alone nobody can tell whose end it is. */
const AT_LEAST = 2;

/**
 * The samples of one vantage and one moment, with what they say together: where no peer answers at all, the fault lies on this side, and `tailnet-node`
 * fails. Of a vantage whose own node says what is wrong with it nothing is added.
 */
export function withCutOff(samples: readonly Sample[]): readonly Sample[] {
  const links = samples.filter(({ rule }) => rule === 'link-down');
  const [first] = links;
  if (first === undefined || links.length < AT_LEAST) return samples;
  const node = samples.find(({ rule }) => rule === 'tailnet-node');
  if (node !== undefined && node.outcome !== 'ok') return samples;
  const { at, vantage } = first;
  const common = { rule: 'tailnet-node', subject: { kind: 'tailnet', vantage }, at, vantage } as const;
  const unknown = links.find(({ outcome }) => outcome === 'unknown');
  if (links.some(({ outcome }) => outcome === 'ok')) {
    const says = 'a peer answers';
    return node === undefined ? [{ ...common, outcome: 'ok', says }, ...samples] : samples;
  }
  if (unknown !== undefined) {
    const why = unknown.cause === undefined ? {} : { cause: unknown.cause };
    return node === undefined ? [{ ...common, outcome: 'unknown', ...why }, ...samples] : samples;
  }
  const cause = causeOf(links);
  return [{ ...common, outcome: 'failing', cause }, ...samples.filter((sample) => sample !== node)];
}

function causeOf(links: readonly Sample[]): Cause {
  const reasons = [...new Set(links.map(({ cause }) => cause?.says ?? 'not known'))];
  return {
    code: 'tailnet-cut-off',
    says: `none of ${links.length} peers answers`,
    facts: [
      ...reasons.slice(0, 2),
      links
        .slice(0, 3)
        .map(({ subject }) => subjectTitle(subject))
        .join(', '),
    ],
    hint: 'Look at this end first: the network of the machine, its Tailscale node, the policy of the tailnet.',
    commands: ['tailscale status', 'tailscale netcheck'],
  };
}
