// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { beforeAll, describe, expect, it } from 'vitest';
import { fieldsAt, listAt } from '../../lab/kubernetes/object.ts';
import { configMapWords, csrWords, gauges, servedWords, withBench } from './istiod/bench.ts';
import { fourFiles, oddBundle } from './istiod/bundles.ts';
import { newCsr } from './istiod/csr.ts';
import { reasonFor } from './istiod/not-replayed.ts';
import { NamedCertificates } from './istiod/pki.ts';
import { type IstiodRecording, stepsOf, type RecordedStep } from './istiod/recording.ts';
import { rootChange } from './istiod/root-changes.ts';
import { csrOf, gaugesOf, logWords } from './istiod/words.ts';

/** The steps of a recording that are replayed, by what was done. */
function replayed(recording: IstiodRecording): readonly (readonly [string, RecordedStep])[] {
  return stepsOf(recording).flatMap((step, place) => (reasonFor(recording, place) === undefined ? [[step.do, step] as const] : []));
}

describe('istiod of the lab judges bundles as the real one did', () => {
  let pki: NamedCertificates;
  let csr: string;

  beforeAll(async () => {
    pki = new NamedCertificates();
    csr = await newCsr();
  });

  describe('at its start', () => {
    /** Lines that the recorder left in the log of a start that went well. */
    const KEPT = /Use |Added cacerts|certificates are reloaded|^Error|^error|pkica|rootcertrotator/;
    const NOT_OURS = /Use root|rootcertrotator/;

    it.each(replayed('broken-cacerts-at-start'))('%s', async (words, { observed }) => {
      await withBench(oddBundle(pki, words.replace('start with: ', '')), {}, async (bench) => {
        const crash = bench.istiod.crash !== undefined;
        const [pod] = bench.pods();
        const [status] = listAt(pod, 'status', 'containerStatuses');
        const log = logWords(bench.istiod.log.lines(), pki).filter((line) => KEPT.test(line) && !NOT_OURS.test(line));

        expect(log).toEqual(logWords(observed['log'], pki).filter((line) => !NOT_OURS.test(line)));
        expect({
          outcome: crash ? 'exits' : 'starts',
          exit_code: fieldsAt(status, 'lastState', 'terminated')['exitCode'],
          csr: crash ? undefined : await csrWords(bench, pki, csr),
          served: crash ? undefined : await servedWords(bench, pki),
        }).toEqual({
          outcome: observed['outcome'],
          exit_code: observed['exit_code'],
          csr: csrOf(observed['csr']),
          served: observed['served_chain_15012'],
        });
        // A root that is made at the start has another end than the recorded one.
        const made = words.includes('only an unknown key');
        const ends = (values: Record<string, number>): unknown => (made ? Object.keys(values) : values);
        expect(ends(gauges(bench))).toEqual(ends(gaugesOf(observed['metrics'])));
      });
    });
  });

  describe('while it runs', () => {
    it.each(replayed('broken-cacerts-hot-reload'))('%s', async (words, { observed }) => {
      const good = fourFiles(pki, { signer: 'ica-a1-by-root-a' });
      await withBench(good, {}, async (bench) => {
        const before = bench.istiod.log.lines().length;
        await bench.bring(oddBundle(pki, words.replace('hot reload to: ', '')));

        // Which of the last two lines comes first is a race inside of istiod.
        expect(logWords(bench.istiod.log.lines().slice(before), pki).toSorted()).toEqual(logWords(observed['log'], pki).toSorted());
        expect({
          served: await servedWords(bench, pki),
          csr: await csrWords(bench, pki, csr),
          gauges: gauges(bench),
          configmap: configMapWords(bench, pki).certificates,
        }).toEqual({
          served: observed['served_chain_15012'],
          csr: csrOf(observed['csr']),
          gauges: gaugesOf(observed['metrics']),
          configmap: ['root-a'],
        });
        const again = bench.istiod.log.lines().length;
        await bench.bring(good);
        const recorded = observed['then_good_again'] as { log: string[] };
        expect(logWords(bench.istiod.log.lines().slice(again), pki)).toEqual(logWords(recorded.log, pki));
      });
    });
  });

  describe.each([
    ['root-change-default-1.30', { version: '1.30.3' }],
    ['root-change-default-1.28', { version: '1.28.10' }],
    ['root-change-multiroot-1.30', { version: '1.30.3', multiRoot: true }],
    ['root-change-multiroot-1.28', { version: '1.28.10', multiRoot: true }],
  ] as const)('%s', (recording, options) => {
    it.each(replayed(recording))('%s', async (words, { observed }) => {
      const { before, after } = rootChange(pki, words);
      await withBench(before, options, async (bench) => {
        const lines = bench.istiod.log.lines().length;
        const writes: string[] = [];
        bench.api.store.onWrite(({ object }) => {
          if (object.kind === 'ConfigMap' && object.metadata.name === 'istio-ca-root-cert') writes.push(object.metadata.namespace ?? '');
        });
        await bench.bring(after);
        const recorded = observed['configmaps'] as { updated: string[]; bundle: { certificates: string[] } };
        const bundle = configMapWords(bench, pki);
        const file = after['root-cert.pem'] ?? '';
        const published = String(fieldsAt(bench.api.store.get('ConfigMap', 'app-one', 'istio-ca-root-cert'), 'data')['root-cert.pem']);

        expect(logWords(bench.istiod.log.lines().slice(lines), pki)).toEqual(logWords(observed['log'], pki));
        expect({
          served: await servedWords(bench, pki),
          csr: await csrWords(bench, pki, csr),
          gauges: gauges(bench),
          updated: writes.toSorted(),
          bundle: bundle.certificates,
          equals_file: published === file,
          acceptable: bench.istiod.authority?.clientRoots.map(({ subject }) => subject),
        }).toEqual({
          served: observed['served_chain_15012'],
          csr: csrOf(observed['csr']),
          gauges: gaugesOf(observed['metrics']),
          // Namespaces of other recordings on the same API server are not here.
          updated: recorded.updated.filter((name) => !name.startsWith('rec-')),
          bundle: recorded.bundle.certificates,
          equals_file: (observed['configmaps'] as { equals_file: boolean }).equals_file,
          acceptable: observed['acceptable_cas_15012'],
        });
      });
    });
  });
});
