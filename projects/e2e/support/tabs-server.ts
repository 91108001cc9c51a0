import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRelayHandler, parseRelayConfig } from 'genesys-auth-relay';
import { createSandbox, type Sandbox } from 'genesys-sandbox';

/** A call of a tab to the relay. */
export interface RelayCall {
  readonly path: string;
  readonly user: string;
  /** How many calls to the same path had no answer yet when this one began. */
  readonly others: number;
  isOver: boolean;
}

/** A site with a company sign-in by cookie, the relay behind it, and the page of `apps/tabs`. */
export interface TabsServer {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly calls: RelayCall[];
  /** Requests of `/hang`, which are answered only by the test. */
  readonly hanging: readonly ServerResponse[];
  /** How long the relay takes to answer about tokens, in milliseconds. */
  slowMs: number;
  /** Answers now what is waiting because of {@link slowMs}. */
  hurry(): void;
  /** What the page is told about how long a call to the relay may take, in milliseconds. */
  timeoutMs: number;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html', '.css': 'text/css' };

/** @param folder the browser build of the page */
export async function startTabsServer(folder: string): Promise<TabsServer> {
  const client = {
    id: 'tabs',
    secret: randomBytes(32).toString('base64url'),
    name: 'Tabs',
    accessTokenValiditySeconds: 3600
  };
  const proof = randomBytes(32).toString('base64url');
  const sandbox = await createSandbox({ loginPort: 0, apiPort: 0, clients: [client] });
  const { tokenEndpoint, apiOrigin } = sandbox;
  const scopes = ['analytics:readonly', 'routing:readonly'];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  const relay = await createRelayHandler(
    parseRelayConfig(
      {
        mode: 'token',
        cors: { origins: [url] },
        genesys: { tokenEndpoint, apiOrigin, client: { id: client.id, secret: { env: 'SECRET' } } },
        scopes,
        identities: [
          {
            type: 'proxyHeader',
            trustedProxies: ['127.0.0.1', '::1'],
            proof: { secret: { env: 'PROOF' } },
            subjectHeader: 'X-User',
            rolesHeader: 'X-Roles'
          }
        ],
        roles: { ann: { scopes }, bob: { scopes: ['routing:readonly'] } },
        acceptSharedPrivileges: true,
        log: { level: 'silent' }
      },
      { SECRET: client.secret, PROOF: proof }
    ),
    { basePath: '/genesys' }
  );

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/genesys/')) void toRelay(pathname, request, response);
    else if (pathname === '/hang') hanging.push(response);
    else if (pathname === '/config.json') send(response, 'application/json', JSON.stringify(config()));
    else sendFile(pathname, response);
  });
  const config = () => ({
    apiOrigin,
    relay: { url: '/genesys', timeoutMs: running.timeoutMs },
    scopes: ['routing:readonly'],
    optionalScopes: ['analytics:readonly']
  });
  const send = (response: ServerResponse, type: string, body: string | Buffer) =>
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  const sendFile = (pathname: string, response: ServerResponse) => {
    const name = /^\/[\w-]+\.\w+$/.test(pathname) ? pathname.slice(1) : 'index.html';
    send(response, types[extname(name)] ?? 'text/plain', readFileSync(join(folder, name)));
  };

  const hanging: ServerResponse[] = [];
  let hurry = new AbortController();
  const slow = async (response: ServerResponse) => {
    // A tab that is gone waits for nothing.
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    const signal = AbortSignal.any([hurry.signal, gone.signal]);
    await delay(running.slowMs, undefined, { signal }).catch(() => undefined);
  };

  /** What the company's proxy does: it knows the user by the cookie and says so by header. */
  async function toRelay(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = /(?:^|; )user=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const others = running.calls.filter((other) => other.path === path && !other.isOver).length;
    const call: RelayCall = { path, user, others, isOver: false };
    running.calls.push(call);
    response.on('close', () => (call.isOver = true));
    for (const [name, value] of [
      ['X-User', user],
      ['X-Roles', user],
      ['X-Relay-Proof', proof]
    ] as const) {
      if (user === '') break;
      request.headers[name.toLowerCase()] = value;
      request.rawHeaders.push(name, value);
    }
    if (path.endsWith('/token')) await slow(response);
    if (!response.destroyed) relay.handler(request, response);
  }

  const running: TabsServer = {
    url,
    sandbox,
    calls: [],
    hanging,
    slowMs: 0,
    hurry: () => {
      hurry.abort();
      hurry = new AbortController();
    },
    timeoutMs: 10_000,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await relay.close();
      await sandbox.close();
    }
  };
  return running;
}
