import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import type { ConfigFault } from './fault.ts';
import { shown } from './shown.ts';

const name = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);

/** The file as far as it can be read. */
const Loose = z
  .object({
    clusters: z
      .array(z.object({ name }).catch({ name: undefined }))
      .catch([])
      .default([]),
    probes: z
      .object({
        vantage: name,
        publicPaths: z
          .array(z.object({ cluster: name }).catch({ cluster: undefined }))
          .catch([])
          .default([]),
      })
      .optional()
      .catch(undefined),
    alerts: z
      .object({
        rules: z
          .array(z.object({ rule: name, failures: number, of: number }).catch({ rule: undefined, failures: undefined, of: undefined }))
          .catch([])
          .default([]),
        quietHours: z.object({ from: name, to: name }).optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
  })
  .catch({ clusters: [], probes: undefined, alerts: undefined });

type LooseFile = z.output<typeof Loose>;

/** What no single field of what is watched and told can say. */
export function watchingFaults(document: ConfigDocument): readonly ConfigFault[] {
  const file = Loose.parse(document.value);
  return [
    ...reserved(file, document),
    ...unknownClusters(file, document),
    ...rulesTwice(file, document),
    ...neverFires(file, document),
    ...noQuiet(file, document),
  ];
}

/** What is measured by a process in no cluster has this name where the name of a cluster stands. */
const NOWHERE = 'local';

function reserved({ clusters }: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  return clusters.flatMap((cluster, index) => {
    if (cluster.name !== NOWHERE) return [];
    const expected = `another name: \`${NOWHERE}\` is where meshwarden measures from while it is in no cluster`;
    return [{ ...document.place(['clusters', index, 'name']), expected, found: `the name ${NOWHERE}` }];
  });
}

function unknownClusters({ clusters, probes }: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  const known = clusters.flatMap((cluster) => cluster.name ?? []);
  // No name is repeated here: somebody may have written a secret where a name belongs.
  const expected = 'the name of one of the clusters above';
  const fault = (cluster: string | undefined, path: readonly (string | number)[]): readonly ConfigFault[] =>
    cluster === undefined || known.length === 0 || known.includes(cluster)
      ? []
      : [{ ...document.place([...path]), expected, found: shown(cluster, String(path.at(-1))) }];
  return [
    ...fault(probes?.vantage, ['probes', 'vantage']),
    ...(probes?.publicPaths ?? []).flatMap(({ cluster }, index) => fault(cluster, ['probes', 'publicPaths', index, 'cluster'])),
  ];
}

function rulesTwice({ alerts }: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  const names = (alerts?.rules ?? []).map(({ rule }) => rule);
  return names.flatMap((rule, index) => {
    const first = names.indexOf(rule);
    if (rule === undefined || first === index) return [];
    const place = document.place(['alerts', 'rules', index, 'rule']);
    return [{ ...place, expected: 'a rule that no other entry names', found: `the one of rules[${first}]` }];
  });
}

function neverFires({ alerts }: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  return (alerts?.rules ?? []).flatMap(({ failures, of }, index) => {
    if (failures === undefined || of === undefined || failures <= of) return [];
    const place = document.place(['alerts', 'rules', index, 'failures']);
    return [{ ...place, expected: `no more failures than samples that are looked at, ${of}`, found: `the number ${failures}` }];
  });
}

function noQuiet({ alerts }: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  const quiet = alerts?.quietHours;
  if (quiet?.from === undefined || quiet.from !== quiet.to) return [];
  return [{ ...document.place(['alerts', 'quietHours', 'to']), expected: 'another time than from', found: 'the same' }];
}
