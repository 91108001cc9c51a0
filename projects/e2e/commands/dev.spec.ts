import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import WebSocket from 'ws';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { root } from '../support/angular-cli.ts';
import { until } from '../support/until.ts';

// The installed program in the folder of an app, called as the dev server calls it. compat/first-failures.compat.ts starts the dev server itself.
const app = realpathSync(mkdtempSync(join(tmpdir(), 'genesys-dev-')));
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(app, { recursive: true });
});

const RELAY_YAML = `
genesys:
  region: mypurecloud.de
  client: { id: { env: GENESYS_CLIENT_ID }, secret: { env: GENESYS_CLIENT_SECRET } }
scopes: [analytics:readonly, routing:readonly, users:readonly, notifications]
roles:
  developer: { scopes: [routing:readonly, users:readonly, notifications] }
  supervisor: { scopes: [analytics:readonly, routing:readonly] }
signIn:
  client: { id: { env: GENESYS_SIGN_IN_ID }, secret: { env: GENESYS_SIGN_IN_SECRET } }
  redirectUri: http://localhost:4200/genesys/sign-in/callback
  appUrl: http://localhost:4200/
  organizations: ['\${GENESYS_ORGANIZATION_ID}']
  roles: { supervisor: { everyone: true } }
  dev: true
dev: { roles: [developer] }
notifications: {}
`;

/** Starts `genesys-auth-relay dev`. */
function dev(args: readonly string[], node: readonly string[] = []) {
  const program = join(app, 'node_modules/genesys-auth-relay/dist/cli.js');
  const child = spawn(process.execPath, [...node, program, 'dev', ...args], { cwd: app, stdio: 'pipe' });
  running.add(child);
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, ended };
}

beforeAll(async () => {
  await mkdir(join(app, 'node_modules'));
  for (const name of ['genesys-auth-relay', 'genesys-sandbox'])
    await symlink(join(root, 'projects', name), join(app, 'node_modules', name), 'dir');
  await writeFile(join(app, 'relay.yaml'), RELAY_YAML);
});

describe('genesys-auth-relay dev --sandbox', () => {
  let relay: ReturnType<typeof dev>;
  let relayUrl: string;

  beforeAll(async () => {
    const port = await freePort();
    relay = dev(['--sandbox', '--port', String(port)]);
    await until(() => relay.output.out.includes('Ctrl-C') || relay.child.exitCode !== null, 'the relay');
    expect(relay.output.err).toBe('');
    relayUrl = `http://127.0.0.1:${String(port)}`;
  });

  const keyFile = () => join(app, '.genesys-auth-relay/dev-key');

  /** The headers of a request of a browser, as the dev server forwards them. */
  const forwarded = ({ host = 'localhost:4200', ...headers }: Record<string, string>): Record<string, string> => ({
    ...headers,
    'x-genesys-dev-key': readFileSync(keyFile(), 'utf8').trim(),
    'x-forwarded-host': host
  });

  async function ask(path: string, headers: OutgoingHttpHeaders, method = 'GET') {
    const outgoing = request(`${relayUrl}${path}`, { method, headers });
    outgoing.end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = await text(answer);
    const json = (answer.headers['content-type'] ?? '').includes('json') ? (JSON.parse(body) as Answer) : {};
    return { status: answer.statusCode, headers: answer.headers, json };
  }

  interface Answer {
    readonly identity?: string;
    readonly roles?: readonly string[];
    readonly apiOrigin?: string;
    readonly region?: string;
    readonly code?: string;
    readonly detail?: string;
    readonly ticket?: string;
    readonly session?: string;
    readonly email?: string;
    readonly entities?: readonly { readonly name: string }[];
  }

  const AUTH = { 'x-genesys-auth': '1' };
  const page = (more: Record<string, string> = {}) => ask('/session', forwarded({ ...AUTH, ...more }));

  it('tells the developer the addresses and the next command, and no key', () => {
    const { out } = relay.output;
    expect(out).toContain(relayUrl);
    expect(out).toMatch(/sandbox +http:\/\/127\.0\.0\.1:\d+, in place of https:\/\/api\.mypurecloud\.de/);
    expect(out).toMatch(/sign in +as \S+@sandbox\.example/);
    expect(out).toContain('npm start');
    expect(out).not.toContain(readFileSync(keyFile(), 'utf8'));
  });

  it('answers the app with the region of the file and data of the sandbox', async () => {
    expect(await page()).toMatchObject({
      status: 200,
      json: { identity: 'dev', roles: ['developer'], region: 'mypurecloud.de', apiOrigin: 'https://api.mypurecloud.de' }
    });
    const queues = await ask('/api/v2/routing/queues', forwarded(AUTH));
    expect(queues.status).toBe(200);
    expect(queues.json.entities?.length).toBeGreaterThan(3);
  });

  it('refuses a request with a wrong key, and the page of a foreign host', async () => {
    const wrong = await ask('/session', { ...forwarded(AUTH), 'x-genesys-dev-key': 'wrong' });
    expect(wrong).toMatchObject({ status: 403, json: { code: 'dev_refused' } });
    const rebound = await page({ host: 'evil.example:4200' });
    expect(rebound).toMatchObject({ status: 403, json: { code: 'dev_refused' } });
    expect(rebound.json.detail).toContain('evil.example:4200');
    const foreign = await page({ origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, json: { code: 'dev_refused' } });
  });

  it('opens the hub for the page, by a ticket', async () => {
    const origin = 'http://localhost:4200';
    const { json } = await ask('/notifications/ticket', forwarded({ ...AUTH, origin }), 'POST');
    const socket = new WebSocket(
      `${relayUrl.replace('http', 'ws')}/notifications`,
      [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${json.ticket ?? ''}`],
      { headers: forwarded({ origin }) }
    );
    await once(socket, 'open');
    socket.close();
    await once(socket, 'close');
  });

  // Another port, and `ng serve --ssl`.
  it.each(['http://localhost:4300', 'https://localhost:4200'])('signs a user in at %s', async (origin) => {
    const cookies = new Map<string, string>();
    const keep = ({ headers }: { headers: IncomingMessage['headers'] }) => {
      for (const line of headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
    };
    const atApp = async (url: URL, more: Record<string, string> = {}) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const sent = { host: url.host, 'x-forwarded-proto': url.protocol.slice(0, -1) };
      const headers = forwarded({ ...sent, ...(cookie !== '' && { cookie }), ...more });
      const answer = await ask(`${url.pathname.replace(/^\/genesys/, '')}${url.search}`, headers);
      keep(answer);
      return answer;
    };
    const started = await atApp(new URL(`${origin}/genesys/sign-in?return_to=/queues`));
    const login = await fetch(String(started.headers.location), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ email: 'agent.1@sandbox.example', password: 'any', action: 'sign-in' })
    });
    const callback = new URL(login.headers.get('location') ?? '');
    expect(callback.origin).toBe(origin);
    const finished = await atApp(callback);
    expect(finished.status).toBe(303);
    expect(finished.headers.location).toContain(`${origin}/queues?`);

    const session = await atApp(new URL(`${origin}/genesys/session`), AUTH);
    expect(session).toMatchObject({ status: 200, json: { identity: 'session', roles: ['supervisor'] } });
    const user = { ...AUTH, 'x-genesys-session': session.json.session ?? '' };
    const queues = await atApp(new URL(`${origin}/genesys/api/v2/routing/queues`), user);
    expect(queues.status).toBe(200);
    // A browser without the cookie has no session.
    expect((await page()).json.identity).toBe('dev');
  });

  it('applies a change of relay.yaml, and keeps the old one while the new one is broken', async () => {
    const { output } = relay;
    const file = join(app, 'relay.yaml');
    await writeFile(file, RELAY_YAML.replace('dev: { roles: [developer] }', 'dev: { roles: [supervisor] }'));
    await until(() => output.out.includes('The configuration was read again.'), 'the change');
    expect((await page()).json.roles).toEqual(['supervisor']);

    await writeFile(file, `${RELAY_YAML}scops: []\n`);
    await until(() => output.err.includes('The relay continues with the old configuration'), 'the reason');
    expect(output.err).toContain('scops: unknown key');
    expect((await page()).json.roles).toEqual(['supervisor']);
    await writeFile(file, RELAY_YAML);
    await until(() => output.out.split('read again').length > 2, 'the correction');
    expect((await page()).json.roles).toEqual(['developer']);
  });

  it('Ctrl-C ends the relay and the sandbox', async () => {
    relay.child.kill('SIGINT');
    // Both are servers of this process, which ends by itself only when all its servers are closed.
    expect(await relay.ended).toBe(0);
    expect(await readFile(keyFile(), 'utf8')).toMatch(/^[\w-]{43}$/);
  });
});

describe('genesys-auth-relay dev ends by itself, with one message', () => {
  it('when relay.yaml is broken, also with a sandbox', async () => {
    await writeFile(join(app, 'broken.yaml'), `${RELAY_YAML}scops: []\n`);
    const { ended, output } = dev(['--sandbox', '--config', 'broken.yaml']);
    expect(await ended).toBe(1);
    expect(output.err).toMatch(/scops: unknown key\n +fix: did you mean "scopes"/);
    expect(output.out).toBe('');
  });

  it('when Node.js is too old', async () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '18.20.8' });";
    const { ended, output } = dev([], ['--import', `data:text/javascript,${encodeURIComponent(older)}`]);
    expect(await ended).toBe(1);
    expect(output.err).toMatch(/^genesys-auth-relay needs Node\.js .*; this is 18\.20\.8\..*\n$/);
  });
});
