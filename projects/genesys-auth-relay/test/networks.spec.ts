import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NOTIFICATIONS_PROTOCOL } from 'genesys-auth-protocol';
import { type Sandbox, SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import { ask } from '../src/testing/ask.ts';
import { certificateMaker } from '../src/testing/certificate.ts';
import { KEY } from '../src/testing/config.ts';
import { type ForwardProxy, startForwardProxy } from '../src/testing/forward-proxy.ts';
import { openHub } from '../src/testing/hub-client.ts';
import { type IdentityProvider, startIdentityProvider } from '../src/testing/identity-provider.ts';
import { until } from '../src/testing/until.ts';
import { APP_URL, RELAY_URL, SIGN_IN_CLIENT, createBrowser } from './sign-in-setup.ts';
import { type TlsFront, startTlsFront } from './tls-front.ts';

const BUILT = join(__dirname, '../dist/cli.js');
const [LOGIN, API, IDP] = ['login.genesys.invalid', 'api.genesys.invalid', 'idp.company.invalid'];
const HOSTS = [LOGIN, API, IDP];
const PASSWORD = 'CANARY-password';

/** A network as in a company: only the proxy resolves names, and it asks for a password. All servers have a private certificate authority. */
describe('the relay in a network with a proxy and a private certificate authority', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relay-networks-'));
  const certificates = certificateMaker();
  const certificate = certificates.make('company', HOSTS.map((host) => `DNS:${host}`).join());
  const file = join(folder, 'relay.json');
  const children: ChildProcess[] = [];
  let sandbox: Sandbox;
  let idp: IdentityProvider;
  let front: TlsFront;
  let proxy: ForwardProxy;

  beforeAll(async () => {
    sandbox = await createSandbox({ clients: [SANDBOX_CLIENT, SIGN_IN_CLIENT] });
    idp = await startIdentityProvider({ now: () => Date.now() / 1000, publicUrl: `https://${IDP}` });
    const socketOrigin = sandbox.apiOrigin.replace('http', 'ws');
    front = await startTlsFront(
      certificate,
      new Map([
        [LOGIN, new URL(sandbox.tokenEndpoint).origin],
        [API, sandbox.apiOrigin],
        [IDP, idp.url]
      ]),
      (body) => body.replaceAll(socketOrigin, `wss://${API}`)
    );
    writeFileSync(
      file,
      JSON.stringify({
        listen: { port: 0 },
        admin: false,
        genesys: {
          tokenEndpoint: `https://${LOGIN}/oauth/token`,
          apiOrigin: `https://${API}`,
          client: { id: SANDBOX_CLIENT.id, secret: { env: 'GENESYS_CLIENT_SECRET' } }
        },
        scopes: ['analytics', 'notifications', 'routing:readonly'],
        identities: [
          { type: 'jwt', issuer: `https://${IDP}`, audience: 'relay' },
          { type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] }
        ],
        roles: {
          developer: { scopes: ['analytics', 'notifications', 'routing:readonly'] },
          agent: { scopes: ['routing:readonly'] }
        },
        signIn: {
          client: { id: SIGN_IN_CLIENT.id, secret: { env: 'SIGN_IN_SECRET' } },
          redirectUri: `${RELAY_URL}/sign-in/callback`,
          appUrl: APP_URL,
          // Only browsers open this page, and they have another way out of the network.
          authorizeEndpoint: sandbox.authorizeEndpoint,
          organizations: [sandbox.users[0]!.organization.id],
          roles: { agent: { everyone: true } }
        },
        notifications: {}
      })
    );
  });
  afterAll(async () => {
    await Promise.all([front.close(), sandbox.close(), idp.close()]);
    certificates.clear();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    proxy = await startForwardProxy();
    proxy.authorization = `Basic ${Buffer.from(`relay:${PASSWORD}`).toString('base64')}`;
    for (const host of HOSTS) proxy.places.set(`${host}:443`, front.port);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGINT')) await ended;
    }
    await proxy.close();
  });

  const at = (credentials = `relay:${PASSWORD}@`) => `http://${credentials}${proxy.host}:${proxy.port}`;

  /** Starts a command of the relay as in that network. */
  function start(args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [BUILT, ...args], {
      env: {
        PATH: process.env['PATH'],
        GENESYS_CLIENT_SECRET: SANDBOX_CLIENT.secret,
        SIGN_IN_SECRET: SIGN_IN_CLIENT.secret,
        NODE_EXTRA_CA_CERTS: certificate.certFile,
        HTTPS_PROXY: at(),
        ...env
      },
      stdio: ['ignore', 'pipe', 'pipe']
    });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => (output += `${line}\n`));
    return { child, output: () => output };
  }

  async function serve(env: NodeJS.ProcessEnv = {}) {
    const { output } = start(['serve', '--config', file], env);
    const url = await until(() => /listens on (\S+)/.exec(output())?.[1], 'the relay to listen');
    return { url, output };
  }

  async function doctor(env: NodeJS.ProcessEnv = {}) {
    const { child, output } = start(['doctor', '--config', file, '--json'], env);
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(output()).not.toContain(PASSWORD);
    const { findings } = JSON.parse(output()) as { findings: { cause: string; message: string }[] };
    return { exitCode, causes: findings.map(({ cause }) => cause), output: output() };
  }

  it('gets tokens, forwards calls and brings live events through the proxy', async () => {
    const { url, output } = await serve();
    const bearer = { authorization: `Bearer ${await idp.token()}` };
    const queues = await ask(`${url}/api/v2/routing/queues`, { method: 'GET', headers: bearer });
    expect({ status: queues.status, text: queues.text }).toMatchObject({ status: 200 });
    const [queue] = queues.body['entities'] as { id: string }[];

    const headers = { authorization: `Bearer ${KEY.key}` };
    const client = await openHub(url, { protocols: [NOTIFICATIONS_PROTOCOL], headers });
    await client.subscribe([`v2.analytics.queues.${queue!.id}.observations`]);
    await until(() => client.of('event').length > 0, 'a live event');
    client.close();

    expect(new Set(proxy.tunnels)).toEqual(new Set(HOSTS.map((host) => `${host}:443`)));
    expect(proxy.plain).toEqual([]);
    expect(output()).not.toContain(PASSWORD);
  });

  it('signs a user in, refreshes their token and revokes it through the proxy', async () => {
    const { url, output } = await serve();
    const browser = createBrowser(url);
    const before = sandbox.tokenRequestCount();
    expect(await browser.signIn()).toMatchObject({ status: 303 });
    await browser.session();
    expect(sandbox.tokenRequestCount() - before).toBe(1);
    expect(new Set(proxy.tunnels)).toEqual(new Set([`${LOGIN}:443`, `${API}:443`]));

    sandbox.revokeTokens();
    expect(await browser.send('/api/v2/routing/queues')).toMatchObject({ status: 200 });
    expect(sandbox.tokenRequestCount() - before).toBe(2);

    expect(sandbox.liveTokenCount()).toBe(1);
    expect(await browser.send('/sign-out', { method: 'POST' })).toMatchObject({ status: 200 });
    await until(() => sandbox.liveTokenCount() === 0, 'the token to be revoked');
    expect(new Set(proxy.tunnels)).toEqual(new Set([`${LOGIN}:443`, `${API}:443`]));
    expect(proxy.plain).toEqual([]);
    expect(output()).not.toContain(PASSWORD);
  });

  it('is healthy for the doctor', async () => {
    expect(await doctor()).toMatchObject({ exitCode: 0, causes: [] });
    expect(proxy.tunnels).toContain(`${API}:443`);
  });

  it('reaches hosts of NO_PROXY directly', async () => {
    const { exitCode, causes } = await doctor({ NO_PROXY: '.genesys.invalid' });
    expect({ exitCode, causes }).toEqual({ exitCode: 10, causes: ['host_unreachable'] });
    expect(proxy.tunnels).toEqual([]);
  });

  it('does not trust the servers without the certificate authority', async () => {
    expect(await doctor({ NODE_EXTRA_CA_CERTS: undefined })).toMatchObject({ exitCode: 10, causes: ['tls_failed'] });
  });

  it.each([
    ['gone', 'proxy_unreachable', 'PROXY_UNREACHABLE', () => ({ HTTPS_PROXY: `http://relay:${PASSWORD}@127.0.0.1:9` })],
    ['asking for a password', 'proxy_authentication', 'PROXY_AUTHENTICATION', () => ({ HTTPS_PROXY: at('') })],
    [
      'refusing the host',
      'proxy_refused',
      'PROXY_REFUSED',
      () => {
        proxy.places.clear();
        return {};
      }
    ]
  ])('names a proxy that is %s, in the doctor, the problem and the log', async (_what, cause, code, prepare) => {
    const env = prepare();
    expect(await doctor(env)).toMatchObject({ exitCode: 10, causes: [cause] });

    const { url, output } = await serve(env);
    const headers = { authorization: `Bearer ${KEY.key}` };
    const answer = await ask(`${url}/api/v2/routing/queues`, { method: 'GET', headers });
    expect(answer).toMatchObject({ status: 503, body: { code: 'upstream_unreachable' } });
    expect(answer.body['detail']).toContain(code);
    expect(answer.body['hint']).toContain('PROXY of the relay');
    // The browser learns no address of the company's network.
    expect(answer.text).not.toContain('127.0.0.1');
    await until(() => output().includes('"event":"proxy_failed"'), 'the log line of the proxy');
    expect(output()).toContain(`"code":"${code}"`);
    expect(output()).not.toContain(PASSWORD);
  });
});
