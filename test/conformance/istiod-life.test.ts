// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { beforeAll, describe, expect, it } from 'vitest';
import { goBlocks } from '../../lab/controllers/istiod/pem.ts';
import { fieldsAt } from '../../lab/kubernetes/object.ts';
import { configMapWords, csrWords, gauges, servedWords, withBench } from './istiod/bench.ts';
import { fourFiles, type Parts } from './istiod/bundles.ts';
import { callSigning } from './istiod/client.ts';
import { newCsr } from './istiod/csr.ts';
import { NOT_REPLAYED, reasonFor, TOLD } from './istiod/not-replayed.ts';
import { NamedCertificates } from './istiod/pki.ts';
import { ISTIOD_RECORDINGS, observedAt, stepsOf } from './istiod/recording.ts';
import { workloadCertificate } from './istiod/workload.ts';
import { csrOf, gaugesOf, logWords } from './istiod/words.ts';

describe('istiod of the lab lives as the real one did', () => {
  let pki: NamedCertificates;
  let csr: string;
  const files = (parts: Parts): Record<string, string> => fourFiles(pki, parts);
  const a = (number: 1 | 2 | 3): Record<string, string> => files({ signer: `ica-a${number}-by-root-a` });

  beforeAll(async () => {
    pki = new NamedCertificates();
    csr = await newCsr();
  });

  it('lists only steps that exist as not replayed', () => {
    const unknown = NOT_REPLAYED.filter(({ recording, at }) => {
      const count = stepsOf(recording).length;
      return !ISTIOD_RECORDINGS.includes(recording) || (at !== 'all' && at.some((place) => place >= count));
    });

    expect(unknown).toEqual([]);
  });

  it('tells or lists every step of a recording that is told as a story, once', () => {
    const all = Object.keys(TOLD).flatMap((name) => {
      const recording = ISTIOD_RECORDINGS.find((one) => one === name);
      if (recording === undefined) return [`${name} is no recording`];
      const count = stepsOf(recording).length;
      return Array.from({ length: count }, (_, place) => place)
        .filter((place) => (TOLD[recording] ?? []).includes(place) === (reasonFor(recording, place) !== undefined))
        .map((place) => `${name} #${place}`);
    });

    expect(all).toEqual([]);
  });

  describe('hot-reload-intermediate', () => {
    it('goes through intermediates, refuses once, mends itself, and reads the last of two quick changes', async () => {
      await withBench(a(1), {}, async (bench) => {
        const shown: unknown[] = [];
        const recorded: unknown[] = [];
        const look = async (place: number, act: () => Promise<void>, csrToo: boolean): Promise<void> => {
          const before = bench.istiod.log.lines().length;
          await act();
          const observed = observedAt('hot-reload-intermediate', place);
          const lines = observed['log'] ?? (observed['log_ms'] as unknown[] | undefined)?.map((one) => (one as [number, string])[1]);
          const both = csrToo ? { csr: await csrWords(bench, pki, csr), gauges: gauges(bench) } : {};
          shown.push({ place, log: logWords(bench.istiod.log.lines().slice(before), pki), served: await servedWords(bench, pki), ...both });
          recorded.push({
            place,
            log: logWords(lines, pki),
            served: observed['served_chain_15012'],
            ...(csrToo ? { csr: csrOf(observed['csr']), gauges: gaugesOf(observed['metrics']) } : {}),
          });
        };
        await look(1, () => bench.bring(a(2)), true);
        await look(2, () => bench.bring(a(3)), true);
        await look(3, () => bench.bring(a(1)), true);
        await look(4, () => bench.bring(files({ signer: 'ica-a2-by-root-a', key: 'ica-a3-by-root-a' })), false);
        await look(5, () => bench.bring(a(2)), false);
        bench.istiods.knobs.debounceMs = 100;
        const wait = async (ms: number): Promise<void> => bench.clock.advance(ms);
        await look(
          7,
          async () => {
            await bench.bring(a(3));
            await wait(30);
            await bench.bring(a(1));
            await wait(100);
          },
          false,
        );
        await look(
          8,
          async () => {
            await bench.bring(a(3));
            await wait(250);
            await bench.bring(a(2));
            await wait(100);
          },
          false,
        );
        await look(
          9,
          async () => {
            await bench.bring(files({ signer: 'ica-a1-by-root-a', chain: ['ica-a2-by-root-a', 'root-a'] }));
            await wait(100);
          },
          true,
        );

        expect(shown).toEqual(recorded);
      });
    });
  });

  describe('root-change-client-certificates', () => {
    it('goes on checking client certificates against the roots of its start', async () => {
      const name = 'root-change-client-certificates';
      const bundle = (signer: string, ...roots: string[]): Record<string, string> => files({ signer, roots });
      await withBench(bundle('ica-a1-by-root-a', 'root-a'), { multiRoot: true }, async (bench) => {
        const clients = async (place: number): Promise<void> => {
          const observed = observedAt(name, place)['clients_of_15012'] as Record<string, unknown>;
          const seen: Record<string, unknown> = {};
          for (const who of Object.keys(observed).filter((one) => one.startsWith('workload'))) {
            const signer = who.includes('root A') ? 'ica-a1-by-root-a' : 'ica-a1-by-root-b';
            const credentials = workloadCertificate(pki, signer, bench.clock.now());
            const accepted = await callSigning(bench.api, bench.istiod.pod, { csr, ...credentials }).then(
              (answer) => 'chain' in answer,
              () => false,
            );
            seen[who] = accepted;
          }
          const recorded = Object.entries(observed).filter(([who]) => who.startsWith('workload'));
          expect(seen).toEqual(Object.fromEntries(recorded.map(([who, one]) => [who, fieldsAt(one)['tls'] === 'accepted'] as const)));
          const token = await csrWords(bench, pki, csr);
          expect(fieldsAt(token)['grpc_code']).toBe(observed['no client certificate, service account token']);
          expect(bench.istiod.authority?.clientRoots.map(({ subject }) => subject)).toEqual(observed['acceptable_cas_15012']);
        };
        const change = async (place: number, next: Record<string, string>): Promise<void> => {
          const before = bench.istiod.log.lines().length;
          await bench.bring(next);
          const observed = observedAt(name, place);
          expect(logWords(bench.istiod.log.lines().slice(before), pki)).toEqual(logWords(observed['log'], pki));
          expect(await servedWords(bench, pki)).toEqual(observed['served_chain_15012']);
          expect(configMapWords(bench, pki).certificates).toEqual(fieldsAt(observed, 'configmap')['certificates']);
          await clients(place);
        };
        await clients(0);
        await change(1, bundle('ica-a1-by-root-a', 'root-a', 'root-b'));
        await change(2, bundle('ica-a1-by-root-b', 'root-a', 'root-b'));
        await change(3, bundle('ica-a1-by-root-b', 'root-b'));
        bench.istiods.restartAll();
        await clients(4);
      });
    });
  });

  describe('roots-mesh-config-and-replicas', () => {
    it('signs in each replica with its own bundle, publishes the one of the leader, and takes over when that is gone', async () => {
      const name = 'roots-mesh-config-and-replicas';
      const roots = (...names: string[]): Record<string, string> => files({ signer: 'ica-a1-by-root-a', roots: names });
      await withBench(roots('root-a'), { multiRoot: true, replicas: 2 }, async (bench) => {
        const leader = bench.istiods.leader ?? '';
        const other =
          bench
            .pods()
            .map(({ metadata }) => metadata.name ?? '')
            .find((pod) => pod !== leader) ?? '';
        const obtained = 'info\tleader election lock obtained: istio-namespace-controller-election';
        const has = (lines: unknown): boolean => Array.isArray(lines) && lines.includes(obtained);
        expect([leader, other].map((pod) => has(bench.istiods.instance(pod).log.lines()))).toEqual([
          has(observedAt(name, 2)['leader_log']),
          has(observedAt(name, 2)['other_log']),
        ]);
        const last = async (pod: string): Promise<string[] | undefined> => {
          const answer = await callSigning(bench.api, pod, { csr, token: await bench.token() });
          return 'chain' in answer ? goBlocks(answer.chain.at(-1) ?? '').map(({ pem }) => pki.nameOf(pem)) : undefined;
        };
        const look = async (): Promise<unknown> => ({
          configmap: configMapWords(bench, pki).certificates,
          csr_at_leader: await last(leader),
          csr_at_other: await last(other),
        });
        const seen = (place: number): unknown => {
          const { configmap, csr_at_leader, csr_at_other } = observedAt(name, place);
          return { configmap, csr_at_leader, csr_at_other };
        };
        const before = bench.istiods.instance(other).log.lines().length;
        await bench.bring(roots('root-a', 'root-b'), [other]);
        expect(await look()).toEqual(seen(3));
        expect(logWords(bench.istiods.instance(other).log.lines().slice(before), pki)).toEqual(
          logWords(observedAt(name, 3)['log_other'], pki),
        );

        await bench.bring(roots('root-a', 'root-b'), [leader]);
        expect(await look()).toEqual(seen(4));

        // The other one gets a third root while the leader ends: nobody publishes it before the lock has a new holder.
        await bench.bring(roots('root-a', 'root-b', 'root-c'), [other]);
        bench.api.store.delete('Pod', 'istio-system', leader);
        await bench.istiods.settled();
        bench.clock.advance(12_000);
        expect(configMapWords(bench, pki).certificates).toEqual(['root-a', 'root-b']);
        bench.clock.advance(1000);
        expect(configMapWords(bench, pki).certificates).toEqual(observedAt(name, 5)['configmap']);
        expect(bench.istiods.leader).toBe(other);
      });
    });
  });
});
