import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createAuthority } from '../../lab/pki/authority.ts';
import { ClusterClient } from '../../src/k8s/client.ts';
import { EVEN, identityOf, NEVER, rejectionOf, startBench, type Bench } from './lab.ts';

const TOKEN = 'token-that-nobody-may-see-0123456789';

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, unknown> }[];
  'current-context'?: string;
}

describe('src/k8s/kubeconfig.ts', () => {
  let bench: Bench;
  let folder: string;
  let made = 0;
  beforeAll(async () => {
    bench = await startBench();
    bench.api.addUser('shy', { token: TOKEN, groups: ['system:masters'] });
    folder = await mkdtemp(join(tmpdir(), 'meshwarden-kubeconfig-'));
  });
  afterAll(async () => {
    await bench.stop();
    await rm(folder, { recursive: true });
  });

  async function file(text: string): Promise<string> {
    made += 1;
    const path = join(folder, `${made}.yaml`);
    await writeFile(path, text);
    return path;
  }

  function changed(change: (config: Kubeconfig) => void): Promise<string> {
    const config = parse(bench.api.kubeconfig('shy')) as Kubeconfig;
    change(config);
    return file(stringify(config));
  }

  function user(change: Record<string, unknown>): Promise<string> {
    return changed(({ users }) => {
      for (const one of users) one.user = change;
    });
  }

  async function version(kubeconfig: readonly string[], context?: string): Promise<unknown> {
    const target = { identity: identityOf('cluster-a'), kubeconfig, ...(context === undefined ? {} : { context }) };
    const client = new ClusterClient(target, { clock: bench.clock, random: EVEN });
    try {
      return await client.raw('/version', { signal: NEVER });
    } finally {
      await client.close();
    }
  }

  async function fault(kubeconfig: readonly string[], context?: string): Promise<object> {
    const error = await rejectionOf(version(kubeconfig, context));
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(TOKEN);
    const { reason, message, next } = error as { reason: string; message: string; next: string };
    return { reason, message, next };
  }

  it('merges files as kubectl does: the first that sets a name or a current context counts', async () => {
    const contexts = await changed((config) => {
      config.clusters = [];
      config.users = [];
      delete config['current-context'];
    });
    const whole = await changed(() => undefined);
    const wrong = await changed(({ clusters }) => {
      for (const { cluster } of clusters) cluster['server'] = 'https://127.0.0.1:1';
    });
    expect(await version([contexts, whole, wrong])).toMatchObject({ gitVersion: 'v1.37.2' });
  });

  it('reads a token from a file beside the kubeconfig', async () => {
    await writeFile(join(folder, 'token'), `${TOKEN}\n`);
    expect(await version([await user({ tokenFile: 'token' })])).toMatchObject({ gitVersion: 'v1.37.2' });
  });

  it('reads a certificate authority from a file beside the kubeconfig', async () => {
    await writeFile(join(folder, 'ca.pem'), bench.api.caPem);
    const path = await changed(({ clusters }) => {
      for (const one of clusters) one.cluster = { server: one.cluster['server'], 'certificate-authority': 'ca.pem' };
    });
    expect(await version([path])).toMatchObject({ gitVersion: 'v1.37.2' });
  });

  it('says that there is no such file', async () => {
    const path = join(folder, 'absent.yaml');
    expect(await fault([path])).toEqual({
      reason: 'invalid',
      message: `The kubeconfig cannot be used (cluster cluster-a, ${path}): there is no such file`,
      next: 'Correct clusters[].kubeconfig in the configuration, or put the file there.',
    });
  });

  it.each([
    ['broken YAML', `users: [{name: a, user: {token: "${TOKEN}`],
    ['YAML that is no mapping', TOKEN],
    ['an entry without its name', `{clusters: [{cluster: {server: "https://a"}}], users: [{name: a, user: {token: ${TOKEN}}}]}`],
  ])('says of %s that it is no kubeconfig, and repeats nothing', async (_, text) => {
    const path = await file(text);
    expect(await fault([path])).toMatchObject({ reason: 'invalid', message: expect.stringContaining(`${path}): it is no kubeconfig`) });
  });

  it('says of an empty file that it has no context', async () => {
    const path = await file('');
    expect(await fault([path])).toMatchObject({ reason: 'invalid', message: expect.stringContaining(path) });
  });

  it('lists the contexts where the wanted one is not among them', async () => {
    const path = await changed(() => undefined);
    expect(await fault([path], 'kluster-a')).toEqual({
      reason: 'invalid',
      message: `The kubeconfig cannot be used (cluster cluster-a, ${path}): it has no context "kluster-a"`,
      next: 'Set clusters[].context to one of: cluster-a.',
    });
  });

  it('says that a file it names is missing', async () => {
    const path = await changed(({ clusters }) => {
      for (const one of clusters) one.cluster = { server: one.cluster['server'], 'certificate-authority': 'gone.pem' };
    });
    expect(await fault([path])).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining(`it names ${join(folder, 'gone.pem')}, and there is no such file`),
    });
  });

  it('says that the program for the token is not here', async () => {
    const path = await user({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-program-of-a-cloud', args: [] } });
    expect(await fault([path])).toEqual({
      reason: 'unauthorized',
      message:
        'Cannot get credentials (cluster cluster-a): the kubeconfig gets its token from the program "no-such-program-of-a-cloud", which is not on this machine',
      next: 'Install the program here, or use a service account: its token works without a program.',
    });
  });

  it('says that the program for the token failed, and repeats nothing of what it wrote', async () => {
    const args = ['-c', `echo ${TOKEN} >&2; exit 3`];
    expect(await fault([await user({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args } })])).toEqual({
      reason: 'unauthorized',
      message: 'Cannot get credentials (cluster cluster-a): the program "sh" of the kubeconfig failed or gave no credentials',
      next: "Run it by hand on this machine: sh. A service account's token needs no program.",
    });
  });

  it('uses the token that a program gives', async () => {
    const credential = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: TOKEN } });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'printf', args: ['%s', credential] };
    expect(await version([await user({ exec })])).toMatchObject({ gitVersion: 'v1.37.2' });
  });

  it('says since when the client certificate is of no use', async () => {
    const now = bench.clock.now();
    const { certificatePem, keyPem } = createAuthority({
      commonName: 'me',
      notBefore: now - 9 * 86_400_000,
      notAfter: now - 3 * 86_400_000,
    });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const path = await user({
      'client-certificate-data': base64(certificatePem),
      'client-key-data': base64(keyPem),
      token: 'not-a-token-of-this-cluster',
    });
    expect(await fault([path])).toEqual({
      reason: 'unauthorized',
      message: 'Cannot get /version (cluster cluster-a): 401 Unauthorized; the client certificate in the kubeconfig expired 3 days ago',
      next: 'Write the kubeconfig of this cluster again.',
    });
  });

  it('says since when the token is of no use', async () => {
    const claims = Buffer.from(JSON.stringify({ exp: Math.floor(bench.clock.now() / 1000) - 7 * 86_400 })).toString('base64url');
    expect(await fault([await user({ token: `e30.${claims}.c2ln` })])).toMatchObject({
      reason: 'unauthorized',
      message: 'Cannot get /version (cluster cluster-a): 401 Unauthorized; the token in the kubeconfig expired 7 days ago',
    });
  });

  it('says where a loopback address, as k3s writes it, leads', async () => {
    const other = await startBench('cluster-b');
    const { url } = other.api;
    await other.stop();
    const path = await changed(({ clusters }) => {
      for (const { cluster } of clusters) cluster['server'] = url;
    });
    expect(await fault([path])).toEqual({
      reason: 'unreachable',
      message: 'Cannot get /version (cluster cluster-a): connection refused',
      next: 'Is the API server of this machine up? If another one is meant, put its address into the kubeconfig: k3s writes 127.0.0.1 there.',
    });
  });

  it('keeps its connections: a hundred calls one after another are two TLS handshakes at most', async () => {
    const { port } = bench.api;
    const handshakes = new Set<unknown>();
    const heard = (message: unknown): void => {
      const { connectParams, socket } = message as { connectParams: { port: string }; socket: unknown };
      if (connectParams.port === String(port)) handshakes.add(socket);
    };
    subscribe('undici:client:connected', heard);
    for (let index = 0; index < 100; index += 1) await bench.client.raw('/version', { signal: NEVER });
    unsubscribe('undici:client:connected', heard);
    // A second one where a call begins before the last answer was put away.
    expect([1, 2]).toContain(handshakes.size);
  });
});
