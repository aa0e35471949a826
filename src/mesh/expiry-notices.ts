import type { CaJudgement, CaMemory, CaNotice, Told } from './ca-notices.ts';
import { CHECKS } from './checks/index.ts';
import type { CheckResult, Finding } from './finding.ts';
import type { Snapshot } from './model.ts';
import { runChecks } from './run-checks.ts';

/** Checks that find what comes to its end, and how a sentence names it. */
const ENDS: Readonly<Record<string, (finding: Finding) => string>> = {
  'api-certificate': ({ subject }) => `The certificate of the API server of ${subject.name}`,
  'intermediate-expiry': ({ subject }) => `What istiod of ${subject.name} signs with`,
  'remote-secret-token': ({ subject }) => `The token for ${subject.name}`,
  'root-lifetime': () => 'The root',
};

/**
 * What comes to its end, told once for each step towards it, and once when it has life again. What could not be looked at is neither told nor over.
 */
export function judgeExpiry(snapshot: Snapshot, before: CaMemory, now: number): CaJudgement {
  const notices: CaNotice[] = [];
  const told: Record<string, Told> = { ...before.told };
  for (const result of runChecks(CHECKS, snapshot, now)) {
    const nameOf = ENDS[result.check];
    if (nameOf === undefined || (result.outcome.kind !== 'ok' && result.outcome.kind !== 'findings')) continue;
    const prefix = `${result.check}|${result.subject}|`;
    const ending = endingOf(result).map((finding, index) => ({ finding, fact: `${prefix}${finding.subject.name}|${index}` }));
    for (const { finding, fact } of ending) {
      const notice = expiry(finding, nameOf(finding), told[fact]);
      notices.push(notice);
      told[fact] = { id: notice.id, said: notice.what, since: told[fact]?.since ?? now };
    }
    const still = new Set(ending.map(({ fact }) => fact));
    const over = Object.entries(told).filter(([fact]) => fact.startsWith(prefix) && !still.has(fact));
    for (const [fact, { id, said, since }] of over) {
      notices.push({ kind: 'caExpiryOver', id: `${id}.over`, what: said, said, since, replaces: id });
      delete told[fact];
    }
  }
  return { notices, memory: { ...before, told } };
}

function endingOf({ outcome }: CheckResult): readonly Finding[] {
  return outcome.kind === 'findings' ? outcome.findings.filter(({ until }) => until !== undefined) : [];
}

function expiry(finding: Finding, what: string, earlier: Told | undefined): CaNotice {
  const { code, severity, subject, until } = finding;
  const id = `ca-expiry.${code}.${subject.name}.${until}.${severity}`;
  return { kind: 'caExpiry', id, what, finding, ...(earlier === undefined || earlier.id === id ? {} : { replaces: earlier.id }) };
}
