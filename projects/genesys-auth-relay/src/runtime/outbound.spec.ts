import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import WebSocket, { WebSocketServer } from 'ws';
import { certificateMaker } from '../testing/certificate.ts';
import { type ForwardProxy, startForwardProxy } from '../testing/forward-proxy.ts';
import { ProxyError, createOutbound, outboundIssue } from './outbound.ts';

const HOST = 'login.genesys.invalid';
const certificates = certificateMaker();
const { key, cert } = certificates.make('login', `DNS:${HOST},IP:127.0.0.1`);

let proxy: ForwardProxy;
let server: Server;
let sockets: WebSocketServer;
beforeAll(async () => {
  server = createServer({ key, cert }, (_request, response) => response.end('hello'));
  sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.send('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  certificates.clear();
  sockets.close();
  server.close();
});
const portOfServer = () => (server.address() as AddressInfo).port;

beforeEach(async () => {
  proxy = await startForwardProxy();
  proxy.places.set(`${HOST}:443`, portOfServer());
});
afterEach(() => proxy.close());

const at = (credentials = '') => `http://${credentials}${proxy.host}:${proxy.port}`;

async function get(env: NodeJS.ProcessEnv, origin = `https://${HOST}`): Promise<string> {
  const pool = new Pool(origin, { connect: createOutbound(env).connect({ ca: cert }) });
  try {
    const { body } = await pool.request({ method: 'GET', path: '/' });
    return await body.text();
  } finally {
    await pool.destroy();
  }
}

async function failure(env: NodeJS.ProcessEnv): Promise<ProxyError> {
  const error: unknown = await get(env).catch((reason: unknown) => reason);
  if (!(error instanceof ProxyError)) throw new Error('no ProxyError', { cause: error });
  expect(`${error.message} ${error.hint} ${error.stack}`).not.toMatch(/CANARY|proxy-user/);
  return error;
}

describe('a connection through HTTPS_PROXY', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'is a tunnel to a host that only the proxy knows, by %s',
    async (name) => {
      expect(await get({ [name]: at() })).toBe('hello');
      expect(proxy.tunnels).toEqual([`${HOST}:443`]);
      expect(proxy.plain).toEqual([]);
    }
  );

  it('prefers HTTPS_PROXY to HTTP_PROXY, and takes a proxy without a scheme', async () => {
    expect(await get({ HTTPS_PROXY: `${proxy.host}:${proxy.port}`, HTTP_PROXY: 'http://127.0.0.1:1' })).toBe('hello');
  });

  it('authenticates at the proxy with the user and password of the URL', async () => {
    proxy.authorization = `Basic ${Buffer.from('proxy-user:CANARY@').toString('base64')}`;
    expect(await get({ HTTPS_PROXY: at('proxy-user:CANARY%40@') })).toBe('hello');
  });

  it('still checks the certificate of the host', async () => {
    const pool = new Pool(`https://${HOST}`, { connect: createOutbound({ HTTPS_PROXY: at() }).connect() });
    await expect(pool.request({ method: 'GET', path: '/' })).rejects.toMatchObject({
      code: expect.stringMatching(/SELF_SIGNED|CERT/) as string
    });
    await pool.destroy();
  });

  it('serves a WebSocket', async () => {
    const url = `wss://${HOST}/channels/1`;
    const agent = createOutbound({ HTTPS_PROXY: at() }).webSocketAgent(url, 2000);
    // The agent does not know the certificate authority of the test, which a process gets from NODE_EXTRA_CA_CERTS.
    const socket = new WebSocket(url, { agent });
    const error = await new Promise((resolve) => socket.on('error', resolve));
    expect(error).toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|CERT/) as string });
    expect(proxy.tunnels).toEqual([`${HOST}:443`]);
  });
});

describe('a proxy that does not open a connection', () => {
  it('is named when it is gone', async () => {
    const url = at('proxy-user:CANARY@');
    await proxy.close();
    const error = await failure({ HTTPS_PROXY: url });
    expect(error).toMatchObject({
      code: 'PROXY_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED') as string
    });
    expect(error.message).toContain(`${proxy.host}:${proxy.port}`);
    proxy = await startForwardProxy();
  });

  it('is named when it asks for other credentials', async () => {
    proxy.authorization = 'Basic other';
    const error = await failure({ HTTPS_PROXY: at('proxy-user:CANARY@') });
    expect(error).toMatchObject({ code: 'PROXY_AUTHENTICATION', message: expect.stringContaining('407') as string });
    expect(error.hint).toContain('HTTPS_PROXY');
  });

  it('is named when it refuses the host', async () => {
    proxy.places.clear();
    const error = await failure({ HTTPS_PROXY: at() });
    expect(error).toMatchObject({ code: 'PROXY_REFUSED', message: expect.stringContaining('502') as string });
    expect(error.message).toContain(HOST);
  });

  it('ends a WebSocket with the same error', async () => {
    proxy.places.clear();
    const url = `wss://${HOST}/channels/1`;
    const socket = new WebSocket(url, { agent: createOutbound({ HTTPS_PROXY: at() }).webSocketAgent(url, 2000) });
    expect(await new Promise((resolve) => socket.on('error', resolve))).toMatchObject({ code: 'PROXY_REFUSED' });
  });
});

describe('a direct connection', () => {
  const isProxied = (noProxy: string, url: string) =>
    createOutbound({ HTTPS_PROXY: at(), NO_PROXY: noProxy }).isProxied(url);

  it.each([
    ['example.com', 'https://example.com'],
    ['example.com', 'https://api.example.com'],
    ['.example.com', 'https://api.example.com'],
    ['*.example.com', 'https://API.example.com'],
    ['a.test, example.com', 'https://example.com'],
    ['a.test example.com', 'wss://example.com'],
    ['example.com:8443', 'https://example.com:8443'],
    ['example.com:443', 'https://example.com'],
    ['[2001:db8::1]', 'https://[2001:db8::1]'],
    ['*', 'https://anything.example'],
    ['', 'https://localhost:4210'],
    ['', 'https://127.0.0.2'],
    ['', 'https://[::1]:4210'],
    ['', 'http://localhost:4210']
  ])('with NO_PROXY=%s leads to %s', (noProxy, url) => {
    expect(isProxied(noProxy, url)).toBe(false);
  });

  it.each([
    ['', 'https://example.com'],
    ['example.com', 'https://notexample.com'],
    ['example.com', 'https://example.com.test'],
    ['example.com:8443', 'https://example.com'],
    ['localhost', 'https://localhost.test']
  ])('with NO_PROXY=%s does not lead to %s', (noProxy, url) => {
    expect(isProxied(noProxy, url)).toBe(true);
  });

  it('goes to this machine without the proxy', async () => {
    expect(await get({ HTTPS_PROXY: at() }, `https://127.0.0.1:${portOfServer()}`)).toBe('hello');
    expect(proxy.tunnels).toEqual([]);
  });

  it('has the default agent for a WebSocket', () => {
    expect(createOutbound({}).webSocketAgent(`wss://${HOST}`, 2000)).toBeUndefined();
  });
});

describe('the variables of the proxy', () => {
  it.each([
    {},
    { HTTPS_PROXY: '' },
    { HTTPS_PROXY: 'proxy.example.com:3128' },
    { HTTPS_PROXY: 'https://p.example.com' },
    { HTTPS_PROXY: 'http://user:12%2334@p.example.com:3128/' }
  ])('are valid: %j', (env) => {
    expect(outboundIssue(env)).toBeUndefined();
  });

  it.each([
    [{ HTTPS_PROXY: 'socks5://user:CANARY@p.example.com' }, /socks5/],
    [{ https_proxy: 'http://user:CANARY@' }, /not a URL/],
    [{ HTTPS_PROXY: 'http://CANARY:12#34@p.example.com:3128' }, /after the port/],
    [{ HTTPS_PROXY: 'CANARY:80/CANARY@p.example.com' }, /after the port/],
    [{ HTTPS_PROXY: 'http://CANARY:80?CANARY@p.example.com' }, /after the port/],
    [{ HTTPS_PROXY: 'http://CANARY:80\\CANARY@p.example.com' }, /after the port/]
  ])('are refused without their value: %j', (env, text) => {
    const issue = outboundIssue(env);
    expect(issue).toMatchObject({ key: Object.keys(env)[0], message: expect.stringMatching(text) as string });
    expect(JSON.stringify(issue)).not.toContain('CANARY');
  });

  it('are described without credentials', () => {
    const env = { HTTPS_PROXY: 'http://user:CANARY@proxy.example.com:3128', NO_PROXY: '.example.com, a.test' };
    expect(createOutbound(env).description).toBe(
      'http://proxy.example.com:3128, not for this machine, .example.com, a.test'
    );
    expect(createOutbound({}).description).toBeUndefined();
  });
});
