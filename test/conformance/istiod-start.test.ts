// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fieldsAt } from '../../lab/kubernetes/object.ts';
import { configMapWords, gauges, servedWords, withBench } from './istiod/bench.ts';
import { fourFiles } from './istiod/bundles.ts';
import { servedChain } from './istiod/client.ts';
import { NamedCertificates } from './istiod/pki.ts';
import { observedAt } from './istiod/recording.ts';
import { gaugesOf, logWords } from './istiod/words.ts';

interface Asked {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function get(asked: Asked): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ ...asked, agent: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    call.on('error', reject);
    call.end();
  });
}

describe('istiod of the lab starts as the real one did', () => {
  let pki: NamedCertificates;
  const a = (number: 1 | 2 | 3): Record<string, string> => fourFiles(pki, { signer: `ica-a${number}-by-root-a` });

  beforeAll(() => {
    pki = new NamedCertificates();
  });

  describe('start-with-cacerts', () => {
    it('logs, in the order of the real one, what is about the certificate authority', async () => {
      await withBench(a(1), {}, async (bench) => {
        const recorded = logWords(observedAt('start-with-cacerts', 0)['log'], pki);
        const shown = logWords(bench.istiod.log.lines(), pki);

        expect(recorded.filter((line) => shown.includes(line)).toSorted()).toEqual(shown.toSorted());
        const about = /\bCA\b|cacerts|cert|version:/;
        expect(recorded.filter((line) => about.test(line) && !/flags:|mesh configuration|webhook/.test(line))).toEqual(
          shown.filter((line) => about.test(line)),
        );
      });
    });

    it('publishes to every namespace but those that get nothing, and keeps what it published', async () => {
      await withBench(a(1), { namespaces: ['app-one', 'cert-manager', 'istio-ca', 'istio-system'] }, async (bench) => {
        const { store } = bench.api;
        const having = (): string[] =>
          store
            .list('ConfigMap')
            .filter(({ metadata }) => metadata.name === 'istio-ca-root-cert')
            .map(({ metadata }) => metadata.namespace ?? '');
        const recorded = observedAt('start-with-cacerts', 2)['with_configmap'] as Record<string, unknown>;
        const names = Object.keys(recorded).filter((name) => !name.startsWith('rec-') && name !== 'app-two' && recorded[name] !== null);
        expect(having()).toEqual(names.toSorted());

        store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app-two' } });
        store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'local-path-storage' } });
        await bench.istiods.settled();
        expect(having()).toEqual([...names, 'app-two'].toSorted());

        store.delete('ConfigMap', 'app-two', 'istio-ca-root-cert');
        await bench.istiods.settled();
        expect(configMapWords(bench, pki, 'app-two').certificates).toEqual(['root-a']);

        const data = (): unknown => store.get('ConfigMap', 'app-two', 'istio-ca-root-cert')?.['data'];
        store.patch('ConfigMap', 'app-two', 'istio-ca-root-cert', { data: { 'root-cert.pem': 'changed by somebody', other: 'key' } });
        await bench.istiods.settled();
        expect(data()).toEqual({ other: 'key', 'root-cert.pem': pki.get('root-a').certificatePem });

        store.patch('ConfigMap', 'app-two', 'istio-ca-root-cert', { metadata: { labels: null } });
        await bench.istiods.settled();
        expect(store.get('ConfigMap', 'app-two', 'istio-ca-root-cert')?.metadata.labels).toBeUndefined();
      });
    });

    it('shows its pages to whom the real one shows them', async () => {
      await withBench(a(1), {}, async (bench) => {
        const tokens: Readonly<Record<string, string | undefined>> = {
          none: undefined,
          'SA of istio-system, audience istio-ca': await bench.token('istio-system/probe'),
          'SA of istio-system, default audience': await bench.token('istio-system/probe', []),
          'SA of app-one, audience istio-ca': await bench.token('app-one/app'),
          garbage: 'garbage',
        };
        const observed = observedAt('start-with-cacerts', 1);
        const exchanges = observed['http'] as { request: string; response: Record<string, unknown> }[];
        // The pages that list debug pages the double does not have, and bodies of metrics by their length.
        const told = exchanges.filter((one) => !one.request.includes('/debug/list'));
        const lines = bench.istiod.log.lines().length;
        const shown: unknown[] = [];
        for (const { request: words, response } of told) {
          const { port, path, token } = /^GET :(?<port>\d+)(?<path>\S+)(?:.*token: (?<token>.*))?/.exec(words)?.groups ?? {};
          const target = await bench.reach(Number(port), token === undefined ? 'forward' : 'proxy');
          const bearer = token === undefined ? undefined : tokens[token];
          const answer = await get({
            ...target,
            path: path ?? '',
            ...(bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } }),
          });
          const metrics = path === '/metrics';
          shown.push([words, answer.status, metrics ? response['body'] : answer.body]);
        }

        expect(shown).toEqual(told.map(({ request: words, response: { status, body } }) => [words, status, body]));
        // The recorder wrote equal lines once.
        const said = new Set(logWords(bench.istiod.log.lines().slice(lines), pki));
        expect([...said]).toEqual(logWords(observed['log'], pki));
      });
    });

    it('shows its chain on both TLS ports, and the metrics of a start', async () => {
      await withBench(a(1), {}, async (bench) => {
        const names = async (port: number): Promise<string[]> =>
          (await servedChain(bench.api, bench.istiod.pod, port)).map((pem) => pki.nameOf(pem));

        expect(await names(15_012)).toEqual(['leaf by ica-a1-by-root-a', 'ica-a1-by-root-a', 'root-a']);
        expect(await names(15_017)).toEqual(['leaf by ica-a1-by-root-a', 'ica-a1-by-root-a', 'root-a']);
        const recorded = observedAt('start-with-cacerts', 9)['metrics'] as Record<string, string>;
        expect([...bench.istiod.metrics().keys()]).toEqual(Object.keys(recorded).toSorted());
        expect(gauges(bench)).toEqual(gaugesOf(recorded));
      });
    });
  });

  describe('start-self-signed', () => {
    it('makes a root of its own, keeps it, does not hear of cacerts before its next start, and finds the root again', async () => {
      const name = 'start-self-signed';
      await withBench(undefined, {}, async (bench) => {
        const { store } = bench.api;
        const about = /self-signed|pkica|Use roots|Use local|Use root cert|Added cacerts/;
        const log = (): string[] => logWords(bench.istiod.log.lines(), pki).filter((line) => about.test(line));
        const recordedLog = (place: number): string[] =>
          logWords(observedAt(name, place)['log'], pki).filter((line) => about.test(line) && !line.includes('flags:'));
        const secret = (): unknown => {
          const found = store.get('Secret', 'istio-system', 'istio-ca-secret');
          return { type: found?.['type'], keys: Object.keys(fieldsAt(found, 'data')).toSorted() };
        };
        const made = fieldsAt(observedAt(name, 0), 'secrets', 'istio-ca-secret');

        expect(log()).toEqual(recordedLog(0));
        expect(secret()).toEqual({ type: made['type'], keys: Object.keys(fieldsAt(made, 'data')).toSorted() });
        expect(Object.keys(gauges(bench))).toEqual(Object.keys(gaugesOf(observedAt(name, 0)['metrics'])));

        await bench.bring(a(1));
        expect(await servedWords(bench, pki)).toEqual(observedAt(name, 1)['served_chain_15012']);
        expect(configMapWords(bench, pki).certificates).toEqual(['leaf by ?']);

        store.delete('Secret', 'istio-system', 'istio-ca-secret');
        await bench.istiods.settled();
        expect(store.get('Secret', 'istio-system', 'istio-ca-secret')).toBeUndefined();
        expect(observedAt(name, 2)['secrets']).toEqual({});

        bench.istiods.restartAll();
        expect(log()).toEqual(recordedLog(3));
        expect(store.get('Secret', 'istio-system', 'istio-ca-secret')).toBeUndefined();
        expect(configMapWords(bench, pki).certificates).toEqual(['root-a']);

        bench.write(undefined);
        bench.istiods.restartAll();
        bench.istiods.restartAll();
        expect(log()).toEqual(recordedLog(4));

        // What it once made for itself and somebody mounted is a bundle as any other.
        const data = fieldsAt(store.get('Secret', 'istio-system', 'istio-ca-secret'), 'data');
        const mounted = Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()] as const);
        bench.write({ ...Object.fromEntries(mounted), 'istio-generated': '' });
        bench.istiods.restartAll();
        expect(log()).toEqual(recordedLog(6));
      });
    });
  });
});
