import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createRelayHandler, parseRelayConfig } from 'genesys-auth-relay';
import { createSandbox, SANDBOX_ROLES, type Sandbox } from 'genesys-sandbox';
import type { Page } from 'playwright-core';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { forward } from './forward.ts';
import { until } from './until.ts';

/** Messages that wait until a test releases them. */
export interface Hold {
  /** Resolves when one waits. */
  arrived(): Promise<void>;
  release(): void;
}

/** Origins as browsers see them, if they are not those of the servers. */
export interface PublicOrigins {
  readonly app: string;
  readonly relay: string;
  /** Without it, the login pages have the origin of the sandbox. */
  readonly login?: string;
}

/** A server that can be gone for a while. */
export interface Host {
  readonly origin: string;
  /** From now on connections are refused. */
  goAway(): void;
  comeBack(): Promise<void>;
}

/** The app of `apps/sign-in`, and on the same server a relay that signs users in with the sandbox. */
export interface SignInServer {
  /** Origin of the app as browsers see it. */
  readonly url: string;
  /** URL of the relay as browsers see it. */
  readonly relayUrl: string;
  /** Origin of the server itself. */
  readonly origin: string;
  readonly sandbox: Sandbox;
  /** The hosts of Genesys Cloud: the login pages as the browser reaches them, the token endpoint and the API as the relay does. */
  readonly hosts: Readonly<Record<'loginPages' | 'tokenEndpoint' | 'api', Host>>;
  /** Origin of a server that renders the pages. Without it, each page is `index.html`. */
  renderer: string | undefined;
  /** What no browser may ever receive: tokens, code verifiers and the secret of the client. */
  readonly secrets: ReadonlySet<string>;
  /** Names of cookies that the browser refuses to keep: their `Set-Cookie` header is left out. */
  blockedCookies: RegExp | undefined;
  /**
   * Stops requests of browsers for this path (`/genesys/session`), or answers of the sandbox to the relay (`/api/v2/users/me`; with
   * a query it is another path).
   */
  hold(path: string): Hold;
  /** Paths of the requests to the relay, since {@link reset}. */
  readonly calls: readonly string[];
  /** Replaces the relay by a new one, which has no store and so knows nothing of the old one. */
  restartRelay(): Promise<void>;
  /** Ends what a test has changed. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const CLIENT_ID = 'desk';
const agent = { roles: [SANDBOX_ROLES.agent] };
/** Users of the sandbox. */
export const USERS = {
  ann: { email: 'ann@example.test', name: 'Ann Archer', ...agent },
  bob: { email: 'bob@example.test', name: 'Bob Baker', ...agent },
  /** Has no role of the relay. */
  carl: { email: 'carl@example.test', name: 'Carl Cook', roles: [] },
  /** Belongs to an organization that the relay does not list. */
  dora: {
    email: 'dora@example.test',
    name: 'Dora Dean',
    organization: { id: '5b9e1c1e-0d5c-4f6a-9a53-0f1d7b3f5c11', name: 'Elsewhere' },
    ...agent
  }
};

/** Fills in the login page of the sandbox. */
export async function logIn(page: Page, { email }: { readonly email: string }): Promise<void> {
  await page.locator('#email').fill(email);
  await page.locator('#password').fill('any');
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A page without the app. */
const PLAIN_PAGE = '<!doctype html><title>Plain</title><link rel="icon" href="data:," />';

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html', '.css': 'text/css' };

async function listen(host: string, listener: RequestListener, at = 0): Promise<{ server: Server; port: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(at, host, resolve));
  return { server, port: String((server.address() as AddressInfo).port) };
}

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}

async function startHost(listener: RequestListener): Promise<Host> {
  const { server, port } = await listen('127.0.0.1', listener, await freePort());
  return {
    origin: `http://127.0.0.1:${port}`,
    goAway: () => {
      close(server);
    },
    comeBack: async () => {
      if (!server.listening) await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
    }
  };
}

/** What a test has stopped. */
class Holds {
  readonly #waiting = new Map<string, (() => void)[]>();

  hold(path: string): Hold {
    const waiting: (() => void)[] = [];
    this.#waiting.set(path, waiting);
    return {
      arrived: () => until(() => waiting.length > 0, path),
      release: () => {
        this.#waiting.delete(path);
        for (const resume of waiting) resume();
      }
    };
  }

  /** Resolves when nothing holds this path. */
  async pass(path: string): Promise<void> {
    const waiting = this.#waiting.get(path);
    if (waiting) await new Promise<void>((resolve) => waiting.push(resolve));
  }

  releaseAll(): void {
    for (const resume of [...this.#waiting.values()].flat()) resume();
    this.#waiting.clear();
  }
}

/** Stands between the relay and a host of the sandbox: it remembers secrets, and holds answers. */
function startRecorder(target: string, secrets: Set<string>, holds: Holds): Promise<Host> {
  const remember = (value: unknown) => {
    if (typeof value === 'string') secrets.add(value);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = request;
    const headers = new Headers();
    for (const name of ['authorization', 'content-type', 'accept']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const sent = await text(request);
    remember(new URLSearchParams(sent).get('code_verifier'));
    const received = await fetch(target + url, { method, headers, ...(sent !== '' && { body: sent }) });
    const body = await received.text();
    if (received.ok && url === '/oauth/token') {
      const tokens: unknown = JSON.parse(body);
      for (const name of ['access_token', 'refresh_token']) remember(Reflect.get(Object(tokens), name));
    }
    await holds.pass(url);
    response.writeHead(received.status, { 'content-type': 'application/json' }).end(body);
  };
  return startHost((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
}

/**
 * @param folder the browser build of the app
 * @param origins without them app and relay have one origin on localhost
 * @param sameSite of the session cookie; pages that are rendered on the server need `lax`
 */
export async function startSignInServer(
  folder: string,
  origins?: PublicOrigins,
  sameSite: 'strict' | 'lax' = 'strict'
): Promise<SignInServer> {
  const secret = randomBytes(32).toString('base64url');
  const secrets = new Set([secret]);
  const holds = new Holds();
  const calls: string[] = [];
  let listener: RequestListener = () => undefined;
  const { server, port } = await listen('localhost', (request, response) => {
    listener(request, response);
  });
  const origin = `http://localhost:${port}`;
  const url = origins?.app ?? origin;
  const relayUrl = `${origins?.relay ?? origin}/genesys`;
  const client = {
    id: CLIENT_ID,
    secret,
    grantType: 'CODE' as const,
    redirectUris: [`${relayUrl}/sign-in/callback`, `${url}/`],
    scopes: ['user-basic-info', 'presence']
  };
  const sandbox = await createSandbox({ clients: [client], users: Object.values(USERS) });
  const hosts = {
    loginPages: await startHost((request, response) => {
      forward(request, response, sandbox.loginOrigin);
    }),
    tokenEndpoint: await startRecorder(sandbox.loginOrigin, secrets, holds),
    api: await startRecorder(sandbox.apiOrigin, secrets, holds)
  };
  const loginUrl = origins?.login ?? hosts.loginPages.origin;
  const [ann] = sandbox.users;
  const relayConfig = parseRelayConfig(
    {
      genesys: { tokenEndpoint: `${hosts.tokenEndpoint.origin}/oauth/token`, apiOrigin: hosts.api.origin },
      scopes: ['user-basic-info', 'presence'],
      roles: { agent: { scopes: ['user-basic-info', 'presence'] } },
      signIn: {
        client: { id: CLIENT_ID, secret: { env: 'SECRET' } },
        redirectUri: `${relayUrl}/sign-in/callback`,
        appUrl: `${url}/`,
        authorizeEndpoint: `${loginUrl}/oauth/authorize`,
        logoutEndpoint: `${loginUrl}/logout`,
        organizations: [ann?.organization.id ?? ''],
        roles: { agent: { roles: [SANDBOX_ROLES.agent.id] } },
        session: { sameSite },
        dev: url.startsWith('http:')
      },
      cors: { origins: [url] },
      log: { level: 'silent' }
    },
    { SECRET: secret }
  );
  const startRelay = () => createRelayHandler(relayConfig, { basePath: '/genesys' });
  let relay = await startRelay();

  const config = JSON.stringify({
    apiOrigin: hosts.api.origin,
    relay: origins && origins.relay !== origins.app ? { url: relayUrl, credentials: 'include' } : '/genesys',
    scopes: ['user-basic-info']
  });
  const send = (response: ServerResponse, type: string, body: string | Buffer) =>
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(body);
  const isFile = (pathname: string) => /^\/[\w.-]+\.\w+$/.test(pathname);
  const sendFile = (pathname: string, response: ServerResponse) => {
    const name = isFile(pathname) ? pathname.slice(1) : 'index.html';
    send(response, types[extname(name)] ?? 'text/plain', readFileSync(join(folder, name)));
  };

  const running: SignInServer = {
    url,
    relayUrl,
    origin,
    sandbox,
    hosts,
    renderer: undefined,
    secrets,
    blockedCookies: undefined,
    calls,
    hold: (path) => holds.hold(path),
    restartRelay: async () => {
      await relay.close();
      relay = await startRelay();
    },
    reset: async () => {
      calls.length = 0;
      running.blockedCookies = undefined;
      sandbox.faults.clear();
      holds.releaseAll();
      await Promise.all(Object.values(hosts).map((host) => host.comeBack()));
    },
    close: async () => {
      close(server);
      await relay.close();
      for (const host of Object.values(hosts)) host.goAway();
      await sandbox.close();
    }
  };

  /** Does what a browser does that does not keep a cookie. */
  function blockCookies(response: ServerResponse): void {
    const append = response.appendHeader.bind(response);
    response.appendHeader = (name, value) =>
      name === 'set-cookie' && running.blockedCookies?.test(String(value)) ? response : append(name, value);
  }

  listener = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    if (pathname === '/config.json') send(response, 'application/json', config);
    else if (pathname === '/plain.html') send(response, 'text/html', PLAIN_PAGE);
    else if (!pathname.startsWith('/genesys/')) {
      if (running.renderer === undefined || isFile(pathname)) sendFile(pathname, response);
      else forward(request, response, running.renderer);
    } else {
      calls.push(pathname);
      if (running.blockedCookies) blockCookies(response);
      void holds.pass(pathname).then(() => {
        if (!response.destroyed) relay.handler(request, response);
      });
    }
  };
  return running;
}
