/**
 * The parts of docs/probes.md that are derived from the verdicts and from the recordings. Run by itself it writes them anew: look at the difference before it
 * is committed, for the page is what the test expects.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { classifyTls } from '../../../src/mesh/probing/gateway.ts';
import { PATH_VERDICTS } from '../../../src/mesh/probing/gateway-path-verdicts.ts';
import { judgeTrust, TRUST_CAUSES } from '../../../src/mesh/probing/gateway-trust.ts';
import { TLS_VERDICTS, type VerdictWords } from '../../../src/mesh/probing/gateway-verdicts.ts';
import { KUBECONFIG_CAUSES, PUBLIC_CAUSES } from '../../../src/mesh/probing/request-causes.ts';
import { RECORDED_AT } from './gateway-pki.ts';
import { PKI, PROBES, type RecordedProbe } from './gateway-recordings.ts';

const ONE_PROBE: Readonly<Record<string, VerdictWords>> = TLS_VERDICTS;
const SEVERAL: Readonly<Record<string, VerdictWords>> = PATH_VERDICTS;

/** Each part by the name of its marker. */
export function derivedParts(): Readonly<Record<string, string>> {
  return {
    'verdicts-of-one-probe': verdictTable(ONE_PROBE),
    'verdicts-of-a-path': verdictTable(SEVERAL),
    'causes-of-a-path': [...Object.entries(ONE_PROBE), ...Object.entries(SEVERAL)]
      .filter(([, { path }]) => path !== 'ok')
      .map(([code, { says, may, hint }]) =>
        section(code, [`${sentence(says)}${may.length === 0 ? '' : ` It may be: ${may.join('; ')}.`}`, next(hint)]),
      )
      .join('\n'),
    'causes-of-trust': sections(TRUST_CAUSES),
    'causes-of-requests': `${sections(KUBECONFIG_CAUSES)}\n${sections(PUBLIC_CAUSES)}`,
    'recorded-cases': caseTables(),
  };
}

/** What the page holds between the markers of a part; undefined where they are missing. */
export function partOf(page: string, name: string): string | undefined {
  const [begin, end] = markers(name);
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  return from === -1 || to === -1 ? undefined : page.slice(from + begin.length, to).trim();
}

/** The page with every part as it should be. */
function withParts(page: string): string {
  return Object.entries(derivedParts()).reduce((text, [name, part]) => {
    const [begin, end] = markers(name);
    const [before = '', rest = ''] = text.split(begin);
    const [, after = ''] = rest.split(end);
    return `${before}${begin}\n\n${part.trim()}\n\n${end}${after}`;
  }, page);
}

function markers(name: string): readonly [string, string] {
  return [`<!-- derived: ${name} -->`, `<!-- end of ${name} -->`];
}

function verdictTable(verdicts: Readonly<Record<string, VerdictWords>>): string {
  const rows = Object.entries(verdicts).map(([code, { path, says }]) => `| \`${code}\` | ${path} | ${says} |`);
  return ['| verdict | path | what it says |', '|---|---|---|', ...rows].join('\n');
}

function sections(causes: Readonly<Record<string, { readonly says: string; readonly hint: string }>>): string {
  return Object.entries(causes)
    .map(([code, { says, hint }]) => section(code, [sentence(says), next(hint)]))
    .join('\n');
}

function section(code: string, paragraphs: readonly string[]): string {
  return [`### ${code}`, '', ...paragraphs.flatMap((text) => [text, ''])].join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function next(hint: string): string {
  return `**Next:** ${hint}`;
}

function caseTables(): string {
  const byFile = Map.groupBy(PROBES, ({ file }) => file);
  return [...byFile]
    .map(([file, probes]) => {
      const rows = probes.map(
        (probe) => `| ${probe.name.replaceAll('|', '\\|')} | \`${classifyTls(probe.observation).code}\` | ${trustOf(probe)} |`,
      );
      return [`**${file}**`, '', '| recorded case | verdict | chain |', '|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}

/** What a cluster that trusts the recordings' root makes of the chain; empty where the recording tells none. */
function trustOf({ observation, chainIsRecorded }: RecordedProbe): string {
  if (!chainIsRecorded) return '';
  const expected = { trustDomain: 'cluster.local', namespace: 'sample-b', serviceAccount: 'httpbin' };
  const fault = judgeTrust({ chain: observation.certificates, bundle: [PKI.certificate('root')], expected, now: RECORDED_AT });
  return fault === undefined ? 'trusted' : `\`${fault.code}\``;
}

if (process.argv[1] === import.meta.filename) {
  const page = join(import.meta.dirname, '../../../docs/probes.md');
  writeFileSync(page, withParts(readFileSync(page, 'utf8')));
}
