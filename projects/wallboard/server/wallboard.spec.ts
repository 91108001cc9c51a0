import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Wallboard, startWallboard } from './index.ts';
import { holdPort } from './ports.ts';

const FREE = { port: 0, loginPort: 0, apiPort: 0 } as const;
const HEADERS = { 'X-Genesys-Auth': '1', 'Content-Type': 'application/json' };

interface TokenAnswer {
  access_token: string;
}

/** The body of an answer, taken for what the test expects it to be. */
async function json<T>(answer: Response): Promise<T> {
  return JSON.parse(await answer.text()) as T;
}

describe('startWallboard', () => {
  let browserDir: string;
  let wallboard: Wallboard;

  beforeAll(async () => {
    browserDir = await mkdtemp(join(tmpdir(), 'wallboard-'));
    await writeFile(join(browserDir, 'index.html'), '<wb-root ngCspNonce="CSP_NONCE"></wb-root>');
    await writeFile(join(browserDir, 'main-ABCDEF12.js'), 'export {};');
    await writeFile(join(browserDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    wallboard = await startWallboard({ ...FREE, browserDir, relay: { mode: 'token' } });
  });

  afterAll(async () => {
    await wallboard.close();
    await rm(browserDir, { recursive: true });
  });

  const token = (body: object, headers: Record<string, string> = HEADERS) =>
    fetch(`${wallboard.url}/genesys/token`, { method: 'POST', headers, body: JSON.stringify(body) });

  it('says in the terminal that the relay gets no token', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    process.env['GENESYS_CLIENT_SECRET'] = 'CANARY-secret';
    const client = { id: 'app', secret: { env: 'GENESYS_CLIENT_SECRET' } };
    // Nobody listens on port 1.
    const genesys = { tokenEndpoint: 'http://127.0.0.1:1/oauth/token', apiOrigin: 'http://127.0.0.1:1', client };
    const unreachable = await startWallboard({ port: 0, sandbox: false, browserDir, relay: { genesys } });
    try {
      await fetch(`${unreachable.url}/genesys/api/v2/routing/queues`, { headers: HEADERS });
      expect(said.mock.calls).toEqual([[expect.stringMatching(/gets no token: .*127\.0\.0\.1:1.*ECONNREFUSED/)]]);
    } finally {
      await unreachable.close();
      said.mockRestore();
      delete process.env['GENESYS_CLIENT_SECRET'];
    }
  });

  it('starts without a deprecation warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const quiet = await startWallboard({ ...FREE, browserDir });
    await quiet.close();
    expect(warned.mock.calls).toEqual([]);
  });

  it('serves the page with a policy that names the API, and a new nonce each time', async () => {
    const [first, second] = await Promise.all([fetch(wallboard.url), fetch(wallboard.url)]);
    const policy = first.headers.get('content-security-policy');
    const nonce = /'nonce-([^']+)'/.exec(policy ?? '')?.[1] ?? 'none';
    const api = wallboard.sandbox?.apiOrigin ?? '';
    expect(policy).toContain(`connect-src 'self' ${api};`);
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(await first.text()).toBe(`<wb-root ngCspNonce="${nonce}"></wb-root>`);
    expect(second.headers.get('content-security-policy')).not.toContain(nonce);
    expect(first.headers.get('cache-control')).toBe('no-store');
  });

  it('is in proxy mode unless told otherwise: the page talks to this server alone, which issues no token', async () => {
    const proxy = await startWallboard({ ...FREE, browserDir });
    const page = await fetch(proxy.url);
    const config: { mode: string } = await json(await fetch(`${proxy.url}/config.json`));
    const session: { mode: string } = await json(await fetch(`${proxy.url}/genesys/session`, { headers: HEADERS }));
    const refused = await fetch(`${proxy.url}/genesys/token`, { method: 'POST', headers: HEADERS, body: '{}' });
    const queues = await fetch(`${proxy.url}/genesys/api/v2/routing/queues`, { headers: HEADERS });
    await proxy.close();
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self';");
    expect([config.mode, session.mode]).toEqual(['proxy', 'proxy']);
    expect(refused.status).toBe(403);
    expect(queues.status).toBe(200);
  });

  it.each(['/queues/1b3c', '/queues/1b3c?from=mail', '/no-access'])('serves the page at %s, too', async (path) => {
    const [page, home] = await Promise.all([fetch(wallboard.url + path), fetch(wallboard.url)]);
    const withoutNonce = async (answer: Response) => (await answer.text()).replace(/ngCspNonce="[^"]+"/, '');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(await withoutNonce(page)).toBe(await withoutNonce(home));
  });

  it.each([
    ['/main-ABCDEF12.js', 'public, max-age=31536000, immutable'],
    ['/favicon.svg', 'no-cache']
  ])('serves %s with Cache-Control: %s', async (path, caching) => {
    const answer = await fetch(wallboard.url + path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe(caching);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['/index.html', '/nothing', '/../package.json', '/%2e%2e/package.json', '/.env'])(
    'has no %s',
    async (path) => {
      expect((await fetch(wallboard.url + path)).status).toBe(404);
    }
  );

  it('tells the page where everything is, and no secret', async () => {
    const answer = await fetch(`${wallboard.url}/config.json`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({
      apiOrigin: wallboard.sandbox?.apiOrigin,
      mode: 'token',
      relay: '/genesys',
      scopes: ['analytics:readonly', 'notifications', 'organization:readonly', 'routing:readonly'],
      optionalScopes: ['users:readonly']
    });
  });

  it('mounts the relay: a developer at this machine gets what the role has, and no more', async () => {
    const answer = await token({ scopes: ['routing:readonly'], optionalScopes: ['users:readonly'] });
    const body: TokenAnswer = await json(answer);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'routing:readonly' });
    const queues = await fetch(`${wallboard.sandbox?.apiOrigin ?? ''}/api/v2/routing/queues`, {
      headers: { Authorization: `Bearer ${body.access_token}` }
    });
    expect(queues.status).toBe(200);
    const listing: { entities: unknown[] } = await json(queues);
    expect(listing.entities.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['without the header', {}, 403],
    ['through a proxy', { ...HEADERS, 'X-Forwarded-For': '10.1.2.3' }, 403],
    ['from a page of another origin', { ...HEADERS, Origin: 'https://evil.example' }, 403]
  ])('gives no token %s', async (_how, headers, status) => {
    const answer = await token({ scopes: ['routing:readonly'] }, { 'Content-Type': 'application/json', ...headers });
    expect(answer.status).toBe(status);
  });

  it('keeps the client secret to itself: no answer and no variable holds it', async () => {
    const secret = wallboard.sandbox?.clients[0]?.secret ?? '';
    const answers = await Promise.all([
      ...['/', '/config.json', '/genesys/session', '/main-ABCDEF12.js'].map((path) =>
        fetch(wallboard.url + path, { headers: HEADERS })
      ),
      token({ scopes: ['routing:readonly'] })
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(secret.length).toBeGreaterThan(40);
    expect(texts.concat(Object.values(process.env).map(String)).filter((text) => text.includes(secret))).toEqual([]);
  });

  it('makes a new secret for each start', async () => {
    const other = await startWallboard({ ...FREE, browserDir });
    expect(other.sandbox?.clients[0]?.secret).not.toBe(wallboard.sandbox?.clients[0]?.secret);
    await other.close();
  });

  it('takes other identities, and then allows the page to reach the company’s sign-in', async () => {
    const other = await startWallboard({
      ...FREE,
      browserDir,
      relay: {
        identities: [{ type: 'jwt', issuer: 'http://127.0.0.1:1/idp', audience: 'urn:relay', rolesPointer: '/roles' }]
      },
      signIn: { authority: 'http://127.0.0.1:1/idp', clientId: 'board' }
    });
    const page = await fetch(other.url);
    expect(page.headers.get('content-security-policy')).toContain('http://127.0.0.1:1;');
    expect(await (await fetch(`${other.url}/config.json`)).json()).toMatchObject({ signIn: { clientId: 'board' } });
    const refused = await fetch(`${other.url}/genesys/token`, { method: 'POST', headers: HEADERS, body: '{}' });
    expect(refused.status).toBe(401);
    await other.close();
  });

  it('says which port is taken, and leaves nothing running', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    const errors: unknown[] = [];
    for (const ports of [{ port }, { loginPort: port }, { apiPort: port }]) {
      await startWallboard({ ...FREE, browserDir, ...ports }).catch((error: unknown) => errors.push(error));
    }
    await new Promise((resolve) => blocker.close(resolve));
    const taken = {
      name: 'PortTakenError',
      code: 'port_taken',
      port,
      message: `Port ${port} is taken by another program.`
    };
    expect(errors).toMatchObject([taken, taken, taken]);
  });

  it('cannot listen on a port that is held, and can once it is released', async () => {
    const held = await holdPort('127.0.0.1');
    const options = { ...FREE, host: '127.0.0.1', port: held.port, browserDir };
    await expect(startWallboard(options)).rejects.toMatchObject({ code: 'port_taken', port: held.port });
    await held.release();
    await (await startWallboard(options)).close();
  });

  it('says how to get a browser build when there is none', async () => {
    await expect(startWallboard({ ...FREE, browserDir: join(browserDir, 'none') })).rejects.toThrow(
      'There is no browser build'
    );
  });

  it('asks for the organization when the sandbox is switched off', async () => {
    await expect(startWallboard({ ...FREE, browserDir, sandbox: false })).rejects.toThrow('needs relay.genesys');
  });

  it('stops with connections open', async () => {
    const other = await startWallboard({ ...FREE, browserDir });
    await fetch(other.url);
    // A request that never ends: a server that waited for it would not stop before the test is over.
    const { hostname, port } = new URL(other.url);
    const socket = connect(Number(port), hostname);
    const cut = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    socket.write('POST /genesys/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n');
    await new Promise((resolve) => socket.once('connect', resolve));
    await other.close();
    await cut;
    await expect(fetch(other.url)).rejects.toThrow('fetch failed');
  });
});
