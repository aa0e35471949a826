import { describe, expect, it } from 'vitest';
import { causesOf, ruleOf, RULES } from '../../src/alerts/index.ts';
import { orderOf, sentence } from '../../src/alerts/rules.ts';
import { RULE_NAMES } from '../../src/config/watching-schema.ts';
import { LOCAL_VANTAGE, type HealthSubject } from '../../src/mesh/health.ts';
import { FOLLOWED, keyFor, START, Watch, type Name } from './scene.ts';

const NAMES = Object.keys(FOLLOWED) as Name[];
/** One subject for each rule. */
const ONE_EACH = NAMES.filter((name) => name !== 'back');

/** Names of what explains it. */
function causes(name: Name): readonly string[] {
  const byKey = new Map<string, string>(NAMES.map((one) => [keyFor(one), one]));
  byKey.set('self-offline|self:cluster-b', 'other self').set('tailnet-node|tailnet:cluster-b', 'other node');
  return causesOf(FOLLOWED[name], 'cluster-a').map((key) => byKey.get(key) ?? key);
}

describe('src/alerts/rules.ts', () => {
  it('has the rules that a configuration may name, in that order', () => {
    expect(RULES.map(({ id }) => id)).toEqual(RULE_NAMES);
  });

  it('is tried here with one subject of each rule', () => {
    expect(ONE_EACH.map((name) => FOLLOWED[name].rule)).toEqual(RULE_NAMES);
    expect(ONE_EACH.map((name) => FOLLOWED[name].subject.kind)).toEqual(RULES.map(({ kind }) => kind));
  });

  it.each<[Name, readonly string[]]>([
    ['self', []],
    ['node', ['self']],
    ['key', ['self', 'node']],
    ['control', ['self', 'node']],
    ['link', ['self', 'other self', 'node', 'other node']],
    ['quality', ['self', 'other self', 'node', 'other node', 'link']],
    ['api', ['self', 'other self', 'node', 'other node', 'link']],
    ['pods', ['self', 'other self', 'node', 'other node', 'link', 'api']],
    ['gateway', ['self', 'other self', 'node', 'other node', 'link', 'api', 'pods']],
    ['trust', ['self', 'other self', 'node', 'other node', 'link', 'api', 'pods', 'gateway']],
    ['remote', ['self', 'other self', 'node', 'other node', 'link', 'api']],
    ['istiod', ['self', 'other self', 'node', 'other node', 'link', 'api']],
    ['path', ['self', 'other self', 'node', 'other node', 'link', 'api', 'pods', 'gateway', 'trust']],
    ['clock', ['self', 'other self', 'node', 'other node', 'link', 'api']],
    ['versions', ['self']],
    ['canary', ['self', 'other self', 'node', 'other node', 'link', 'api']],
    ['schedule', []],
    ['trial', []],
  ])('%s is explained by %j, the deepest first', (name, expected) => {
    expect(causes(name)).toEqual(expected);
  });

  it('has causes before what they explain', () => {
    const backwards = NAMES.flatMap((name) => {
      const own = orderOf(FOLLOWED[name].rule);
      return (ruleOf(FOLLOWED[name].rule)?.dependsOn(FOLLOWED[name].subject, 'cluster-a') ?? []).filter(({ rule }) => orderOf(rule) >= own);
    });
    expect(backwards).toEqual([]);
  });

  it('an API is explained by the way of whoever asked it, not by another', () => {
    expect(causesOf(FOLLOWED.api, 'cluster-c')).toEqual([
      'self-offline|self:cluster-b',
      'self-offline|self:cluster-c',
      'tailnet-node|tailnet:cluster-b',
      'tailnet-node|tailnet:cluster-c',
      'link-down|link:cluster-c>cluster-b',
    ]);
  });

  it('says something of a subject that is none of its own, and explains it by nothing', () => {
    const odd: HealthSubject = { kind: 'trial', name: 'odd' };
    expect(
      RULES.filter(({ kind }) => kind !== 'trial').map((rule) => [rule.dependsOn(odd, 'x'), rule.what(odd), rule.is(odd), rule.was(odd)]),
    ).toEqual(RULES.filter(({ kind }) => kind !== 'trial').map(() => [[], 'trial odd', 'Trial odd fails', 'Trial odd failed']));
  });

  it('reads well where nobody said in which cluster it runs', () => {
    const subject: HealthSubject = { kind: 'gateway', from: LOCAL_VANTAGE, to: 'cluster-b' };
    expect([ruleOf('gateway-down')?.is(subject), ruleOf('tailnet-node')?.is({ kind: 'tailnet', vantage: LOCAL_VANTAGE })]).toEqual([
      'The gateway of cluster-b does not work here',
      'The Tailscale node here is down',
    ]);
  });

  it('begins a sentence with a capital, but not a name', () => {
    expect(['link a → b', 'istiod of a', 'meshwarden itself'].map((phrase) => sentence(phrase))).toEqual([
      'Link a → b',
      'istiod of a',
      'meshwarden itself',
    ]);
  });
});

describe('each rule', () => {
  it.each(ONE_EACH)('%s speaks when it fails often enough, once, and says that it is over', (name) => {
    const rule = ruleOf(FOLLOWED[name].rule);
    if (rule === undefined) throw new Error('no such rule');
    const { failures, recoveries, severity } = rule.defaults;
    const watch = new Watch().run({ [name]: `+${'-'.repeat(failures)}` });
    expect(watch.channel()).toEqual([
      `${3 + 3 * failures} s post ${severity} firing · ${rule.is(FOLLOWED[name].subject)}`,
      `  ${rule.is(FOLLOWED[name].subject)}: it times out`,
    ]);
    watch.run({ [name]: `---${'+'.repeat(recoveries)}` });
    const [head, line, ...more] = watch.channel();
    expect(head).toMatch(/^\d+ s|\d+ min/);
    expect(head?.endsWith(` edit ${severity} over · ${rule.was(FOLLOWED[name].subject)}`)).toBe(true);
    expect(line).toMatch(/^ {2}Over after \d+ s/);
    expect(more).toEqual([]);
  });

  it.each(ONE_EACH)('%s is silent while it is well', (name) => {
    expect(new Watch().run({ [name]: '+'.repeat(30) }).channel()).toEqual([]);
  });

  it.each(ONE_EACH.filter((name) => FOLLOWED[name].rule !== 'trial' && FOLLOWED[name].rule !== 'schedule-stopped'))(
    '%s says after a while that it cannot know, and never calls that well or failing',
    (name) => {
      const rule = ruleOf(FOLLOWED[name].rule);
      if (rule === undefined) throw new Error('no such rule');
      const watch = new Watch().run({ [name]: '+' });
      watch.keep(rule.defaults.unknownAfter, { [name]: '?' });
      const severity = rule.defaults.severity === 'info' ? 'info' : 'ticket';
      const title = rule.isUnknown(FOLLOWED[name].subject);
      expect(watch.channel().slice(0, 2)).toEqual([
        expect.stringContaining(`post ${severity} unknown · ${title}`),
        `  ${title}: nobody can ask`,
      ]);
      expect(watch.states(name)).toEqual(['unknown']);
      expect(watch.incident().openedAt - START).toBeGreaterThanOrEqual(rule.defaults.unknownAfter);
    },
  );
});
