import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import { type RelayConfigInput, startRelay } from '../index.ts';
import { parseConfig } from '../config/parse.ts';
import { Secret } from '../config/secret.ts';
import { ask } from '../testing/ask.ts';
import { testClock } from '../testing/clock.ts';
import { KEY, SECRET_ENV, configFor } from '../testing/config.ts';
import { openHub, ticketOf } from '../testing/hub-client.ts';
import { type TokenServer, startTokenServer } from '../testing/token-server.ts';

const DEV_KEY = 'CANARY-dev-key';
const DEV_HEADERS = { 'x-genesys-dev-key': DEV_KEY, 'x-forwarded-host': 'localhost:4200' };

describe('the dev identity', () => {
  let server: TokenServer;
  const stop: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    server = await startTokenServer();
  });
  afterAll(async () => {
    for (const one of stop) await one();
    await server.close();
  });

  async function start(more: Partial<RelayConfigInput> = {}) {
    const input = configFor(server, {
      identities: undefined,
      dev: { roles: ['developer'], hosts: ['desk-4200.app.github.dev', 'wsl.test:4200'] },
      ...more
    });
    const config = parseConfig(input, {
      env: { [SECRET_ENV]: 'relay-secret' },
      baseDir: '.',
      dev: { key: new Secret(DEV_KEY) }
    });
    const relay = await startRelay(config, { clock: testClock(), random: () => 0.5 });
    stop.push(relay.close);
    return relay;
  }

  let url: string;
  beforeAll(async () => {
    const scopes = ['analytics', 'notifications'];
    ({ url } = await start({ notifications: {}, scopes, roles: { developer: { scopes } } }));
  });

  const session = (headers: Record<string, string | string[] | undefined> = {}, at = url) => {
    const all: Record<string, string | string[] | undefined> = { 'x-genesys-auth': '1', ...DEV_HEADERS, ...headers };
    const sent = Object.entries(all).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
    return ask(`${at}/session`, { method: 'GET', headers: Object.fromEntries(sent) });
  };

  it('identifies the developer behind the dev server', async () => {
    const answer = await session();
    expect(answer).toMatchObject({ status: 200, body: { identity: 'dev', subject: 'dev', roles: ['developer'] } });
    expect(answer.text).not.toContain(DEV_KEY);
  });

  it.each([
    'localhost',
    'localhost:4300',
    'LOCALHOST:4200',
    '127.0.0.1:4200',
    '127.8.9.10',
    '[::1]:4200',
    'app.localhost:4200',
    'desk-4200.app.github.dev',
    'desk-4200.app.github.dev:443',
    'wsl.test:4200'
  ])('takes X-Forwarded-Host %s', async (host) => {
    expect((await session({ 'x-forwarded-host': host })).status).toBe(200);
  });

  it.each([
    ['another name (DNS rebinding)', 'evil.example:4200'],
    ['a name that starts like localhost', 'localhost.evil.example'],
    ['a name that ends like localhost', 'evillocalhost'],
    ['a listed name with another port', 'wsl.test:4201'],
    ['a listed name without its port', 'wsl.test'],
    ['a name that ends like a listed one', 'x-desk-4200.app.github.dev'],
    ['a list', 'localhost:4200, evil.example'],
    ['userinfo', 'localhost@evil.example'],
    ['a path', 'localhost/evil.example'],
    ['any address', '0.0.0.0:4200'],
    ['a port that is no port', 'localhost:4200x'],
    ['nothing', '']
  ])('refuses X-Forwarded-Host with %s', async (_what, host) => {
    const answer = await session({ 'x-forwarded-host': host });
    expect(answer).toMatchObject({ status: 403, body: { code: 'dev_refused' } });
    expect(answer.body['detail']).toContain('X-Forwarded-Host');
    expect(answer.body['hint']).toContain('dev.hosts');
  });

  it.each(['127.999.1.1', 'localhost:99999'])(
    'refuses X-Forwarded-Host %s, which no URL can have, with and without Origin',
    async (host) => {
      for (const headers of [{}, { origin: `http://${host}` }, { origin: 'http://localhost:4200' }]) {
        const answer = await session({ ...headers, 'x-forwarded-host': host });
        expect(answer).toMatchObject({ status: 403, body: { code: 'dev_refused' } });
        expect(answer.body['detail']).toContain('not the host of any URL');
      }
    }
  );

  it.each([
    ['no key', { 'x-genesys-dev-key': undefined }, /X-Genesys-Dev-Key is missing/],
    ['a wrong key', { 'x-genesys-dev-key': `${DEV_KEY}x` }, /X-Genesys-Dev-Key is wrong/],
    ['an empty key', { 'x-genesys-dev-key': '' }, /X-Genesys-Dev-Key is wrong/],
    ['the key twice', { 'x-genesys-dev-key': [DEV_KEY, DEV_KEY] }, /X-Genesys-Dev-Key is sent more than once/],
    ['no host', { 'x-forwarded-host': undefined }, /X-Forwarded-Host is missing/],
    [
      'two hosts',
      { 'x-forwarded-host': ['localhost:4200', 'localhost:4200'] },
      /X-Forwarded-Host is sent more than once/
    ],
    ['a page of another origin', { origin: 'https://evil.example' }, /'https:\/\/evil\.example'.*'localhost:4200'/],
    ['a page of another port', { origin: 'http://localhost:4201' }, /'http:\/\/localhost:4201'/],
    ['the null origin', { origin: 'null' }, /'null'/],
    ['an origin that is no origin', { origin: 'http://localhost:4200/' }, /'http:\/\/localhost:4200\/'/],
    ['two origins', { origin: ['http://localhost:4200', 'http://localhost:4200'] }, /Origin/]
  ])('refuses %s, and says which header is wrong', async (_what, headers, detail) => {
    const answer = await session(headers);
    expect(answer).toMatchObject({ status: 403, body: { code: 'dev_refused' } });
    expect(answer.body['detail']).toMatch(detail);
    expect(answer.body['hint']).toMatch(/dev-key|proxy\.conf\.mjs/);
    expect(answer.text).not.toContain(DEV_KEY);
  });

  it.each([
    ['http://localhost:4200', 'localhost:4200'],
    ['https://localhost:4200', 'localhost:4200'],
    ['https://desk-4200.app.github.dev', 'desk-4200.app.github.dev:443'],
    ['http://[::1]:4200', '[::1]:4200']
  ])('takes a page of %s', async (origin, host) => {
    expect((await session({ origin, 'x-forwarded-host': host })).status).toBe(200);
  });

  it('B8 B9 needs X-Genesys-Auth: a foreign page can send a request through the dev server, but not this header', async () => {
    expect(await session({ 'x-genesys-auth': undefined })).toMatchObject({
      status: 403,
      body: { code: 'missing_auth_header' }
    });
  });

  it('does not look at Host, X-Forwarded-For and the peer: a container, WSL and Codespaces have others', async () => {
    const { url: outside } = await start({ listen: { host: '127.0.0.2', port: 0 } });
    expect(new URL(outside).hostname).toBe('127.0.0.2');
    const headers = { host: 'relay:8080', 'x-forwarded-for': '203.0.113.5', 'x-forwarded-host': 'wsl.test:4200' };
    expect((await session(headers, outside)).status).toBe(200);
    expect(await session({ ...headers, 'x-genesys-dev-key': 'wrong' }, outside)).toMatchObject({ status: 403 });
  });

  it('identifies a program at the upgrade of the hub, and the page by its ticket', async () => {
    const hub = await openHub(url, { headers: { 'x-genesys-auth': '1', ...DEV_HEADERS } });
    hub.close();
    const page = { ...DEV_HEADERS, origin: 'http://localhost:4200' };
    const protocols = [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${await ticketOf(url, page)}`];
    (await openHub(url, { protocols, headers: page })).close();
  });

  it.each([
    ['without X-Genesys-Auth, as a foreign page opens it through the dev server', DEV_HEADERS],
    ['with a wrong key', { ...DEV_HEADERS, 'x-genesys-auth': '1', 'x-genesys-dev-key': 'wrong' }],
    ['for a foreign host', { ...DEV_HEADERS, 'x-genesys-auth': '1', 'x-forwarded-host': 'evil.example' }]
  ])('refuses an upgrade %s', async (_what, headers) => {
    await expect(openHub(url, { headers })).rejects.toThrow('refused: 403');
  });

  it('leaves a request with a credential to that credential', async () => {
    const apiKey = { type: 'apiKey' as const, keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] };
    const { url: both } = await start({ identities: [apiKey] });
    expect(await session({ authorization: `Bearer ${KEY.key}` }, both)).toMatchObject({
      body: { identity: 'apiKey', subject: 'reports' }
    });
    expect(await session({ authorization: 'Bearer wrong' }, both)).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' }
    });
  });

  it('exists beside the loopback identity, which takes requests without the two headers', async () => {
    const { url: both } = await start({ identities: [{ type: 'loopback', roles: ['developer'] }] });
    const none = { 'x-genesys-dev-key': undefined, 'x-forwarded-host': undefined };
    expect((await session(none, both)).body['identity']).toBe('loopback');
    expect((await session({}, both)).body['identity']).toBe('dev');
    expect((await session({ 'x-genesys-dev-key': 'wrong' }, both)).body['code']).toBe('dev_refused');
  });
});
