import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isMatch, policyOf, RULES, type Rule } from '../../src/alerts/index.ts';
import { Alerts } from '../../src/config/watching-schema.ts';
import { formatDuration, HOUR, MINUTE } from '../../src/core/duration.ts';
import type { HealthSubject } from '../../src/mesh/health.ts';
import { read } from './pages.ts';

const PAGE = read('docs/alerts.md');

/** Any subject of a kind: what explains it does not depend on its names. */
function anySubject({ kind }: Rule): HealthSubject {
  return { kind, from: 'a', to: 'b', cluster: 'b', vantage: 'a', name: 'x' };
}

/** A rule as its row says it. */
function row(rule: Rule): string {
  const { severity, failures, of, recoveries, unknownAfter } = rule.defaults;
  const causes = [...new Set(rule.dependsOn(anySubject(rule), 'a').map((cause) => cause.rule))].map((cause) => `\`${cause}\``).join(', ');
  const cells = [`\`${rule.id}\``, rule.title, severity, `${failures} of ${of}`, `${recoveries}`, formatDuration(unknownAfter), causes];
  return `| ${cells.join(' | ')} |`.replace('|  |', '| |');
}

/** Rows of the table that begins with this cell. */
function table(first: string): readonly string[] {
  const [, after = ''] = PAGE.split(`| ${first} |`);
  const [body = ''] = after.split('\n\n');
  return body.split('\n').slice(2);
}

describe('docs/alerts.md', () => {
  it('has the rules with their defaults', () => {
    expect(table('rule')).toEqual(RULES.map((rule) => row(rule)));
  });

  it('says how often each severity is said again', () => {
    const often = { page: 4 * HOUR, ticket: 24 * HOUR, info: 0 };
    expect(RULES.map(({ defaults }) => defaults.remindEvery)).toEqual(RULES.map(({ defaults }) => often[defaults.severity]));
    expect(PAGE).toContain('A page is said again every 4 hours while it lasts, a ticket every 24 hours, an info never.');
  });

  it('has an example that can be read, and that changes what it says', () => {
    const [, example = ''] = /```yaml\n(?<yaml>.*?)```/s.exec(PAGE) ?? [];
    const { rules, ...rest } = Alerts.parse((parse(example) as { alerts: unknown }).alerts);
    const policy = policyOf({ ...rest, rules: Object.fromEntries(rules.map(({ rule, ...changes }) => [rule, changes])) });
    expect(policy.rules['link-down']).toMatchObject({ failures: 5, of: 6 });
    expect(policy.rules['public-path']).toMatchObject({ severity: 'ticket', remindEvery: 12 * HOUR });
    expect(policy.rules['canary-missing'].on).toBe(false);
    expect([policy.escalation, policy.flapping, policy.nagAfter]).toEqual([
      { after: 15 * MINUTE, role: '1130000000000000077' },
      { changes: 6, within: 10 * MINUTE, calmAfter: 10 * MINUTE },
      4 * HOUR,
    ]);
  });

  it('has patterns that match what it says', () => {
    const patterns = table('pattern').map((line) => /`(?<pattern>[^`]+)`/.exec(line)?.groups?.['pattern']?.replaceAll('\\|', '|') ?? '');
    const keys = [
      'link-down|link:cluster-a>cluster-b',
      'link-degraded|link:cluster-b>cluster-a',
      'api-down|api:cluster-b',
      'api-down|api:cluster-a',
    ];
    expect(patterns.map((pattern) => keys.map((key) => isMatch(pattern, key)))).toEqual([
      [true, false, false, false],
      [true, true, false, false],
      [true, true, true, false],
    ]);
  });
});
