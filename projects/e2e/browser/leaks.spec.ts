import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';

declare const window: { get(kind: string, url: string): Promise<string> };

const TOKEN = 'token-of-the-leak-test';
/** What a relay in proxy mode says of its caller. */
const SESSION = {
  subject: 'ann',
  identity: 'jwt',
  roles: ['agent'],
  scopes: ['routing'],
  defaultScopes: [],
  region: null,
  mode: 'proxy'
};

/** Answers as an API that any page may call, and remembers with what it was called. */
class OpenServer {
  readonly calls: { readonly path: string; readonly authorization: string | undefined }[] = [];
  readonly #server: Server;

  constructor(redirectTo: () => string | undefined) {
    this.#server = createServer(({ method, url = '', headers }, response) => {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Allow-Headers', 'authorization');
      if (method === 'OPTIONS') return response.end();
      this.calls.push({ path: url, authorization: headers.authorization });
      const target = redirectTo();
      const status = /\/away-(\d+)/.exec(url)?.[1];
      return status !== undefined && target !== undefined
        ? response.writeHead(Number(status), { Location: `${target}${url}` }).end()
        : response.end('done');
    });
  }

  start = (host: string) => listen(this.#server, host);
  close = () => void this.#server.close();
}

async function listen(server: Server, host: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return `http://${host}:${String((server.address() as AddressInfo).port)}`;
}

// The browser tests run what `npm run build` made; here that is the library itself, in a production bundle.
describeInChromium('the token in a real browser', () => {
  const cleanup = new Cleanup();
  let browser: Browser;
  let script: string;
  let site: Server;
  let siteUrl: string;
  let apiUrl: string;
  let otherUrl: string;
  let api: OpenServer;
  let other: OpenServer;
  /** What was called with the header for the relay. */
  let relayed: string[];

  beforeAll(async () => {
    const page = join(__dirname, '../support/leak-page.mjs');
    script = (await promisify(execFile)(process.execPath, [page], { maxBuffer: 1e8 })).stdout;
    browser = await cleanup.keep(launchChromium());
    api = new OpenServer(() => otherUrl);
    other = new OpenServer(() => undefined);
    apiUrl = await api.start('localhost');
    otherUrl = await other.start('127.0.0.1');
    site = createServer(answer);
    siteUrl = await listen(site, 'localhost');
  });
  afterAll(async () => {
    await cleanup.run();
    for (const server of [api, other, site]) server.close();
  });
  beforeEach(() => {
    relayed = [];
    for (const { calls } of [api, other]) calls.length = 0;
  });

  const answer: RequestListener = ({ url = '', headers }: IncomingMessage, response) => {
    const send = (type: string, body: string) => response.setHeader('Content-Type', type).end(body);
    if (headers['x-genesys-auth'] !== undefined && url !== '/genesys/token') {
      relayed.push(url);
      return url === '/genesys/session'
        ? send('application/json', JSON.stringify({ ...SESSION, apiOrigin: apiUrl }))
        : send('text/plain', 'done');
    }
    if (url === '/app.js') return send('text/javascript', script);
    // A worker that takes every request and makes it itself, as those that cache do.
    if (url === '/worker.js') {
      return send(
        'text/javascript',
        `addEventListener('install', () => skipWaiting());
         addEventListener('activate', (event) => event.waitUntil(clients.claim()));
         addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));`
      );
    }
    if (url === '/config.json') {
      return send('application/json', JSON.stringify({ apiOrigin: apiUrl, otherOrigin: otherUrl }));
    }
    if (url === '/genesys/token') {
      const granted = { access_token: TOKEN, token_type: 'Bearer', expires_in: 600, scope: 'routing' };
      return send('application/json', JSON.stringify(granted));
    }
    return send('text/html', '<!doctype html><title>leaks</title><script type="module" src="/app.js"></script>');
  };

  async function open(withWorker: boolean): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(siteUrl);
    await page.waitForFunction(() => 'get' in window);
    if (withWorker) {
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('/worker.js');
        if (navigator.serviceWorker.controller) return;
        await new Promise((resolve) => {
          navigator.serviceWorker.addEventListener('controllerchange', resolve);
        });
      });
    }
    return page;
  }

  const ways = ['xhr', 'fetch'].flatMap((kind) => [
    [kind, 'without a service worker', false] as const,
    [kind, 'with a service worker', true] as const
  ]);

  describe.each(ways)('by %s, %s', (kind, _with, withWorker) => {
    // One page for all requests: a new one costs more time than everything else here.
    let page: Page;
    beforeAll(async () => {
      page = await open(withWorker);
    });
    afterAll(() => page.close());
    const get = (url: string): Promise<string> =>
      page.evaluate(([how, where]) => window.get(how, where), [kind, url] as const);
    const sentTo = ({ calls }: OpenServer, path: string) =>
      calls.filter((call) => call.path.startsWith(path)).map(({ authorization }) => authorization);

    it('reaches the API', async () => {
      expect(await get(`${apiUrl}/api/v2/users/me`)).toBe('done');
      expect(sentTo(api, '/api/v2/users/me')).toEqual([`Bearer ${TOKEN}`]);
    });

    it.each([302, 307, 308])('is not carried to another origin by a redirect with %i', async (status) => {
      await get(`${apiUrl}/away-${String(status)}`);
      expect(sentTo(api, '/away-')).toEqual([`Bearer ${TOKEN}`]);
      expect(sentTo(other, '/away-')).toEqual([undefined]);
    });

    it('is taken off when a later interceptor moves the request to another origin', async () => {
      expect(await get(`${apiUrl}/moved`)).toBe('done');
      expect(sentTo(other, '/moved')).toEqual([undefined]);
      expect(sentTo(api, '/moved')).toEqual([]);
    });

    it.each(['in-place', 'by-other'])('is taken off when a later interceptor moves the request: %s', async (how) => {
      expect(await get(`${apiUrl}/${how}`)).toBe('done');
      expect(sentTo(other, `/${how}`)).toEqual([undefined]);
      expect(sentTo(api, `/${how}`)).toEqual([]);
    });

    it('does not reach another origin that is called', async () => {
      expect(await get(`${otherUrl}/api/v2/users/me`)).toBe('done');
      expect(sentTo(other, '/api/v2/users/me')).toEqual([undefined]);
    });
  });

  describe.each(['xhr', 'fetch'])('in proxy mode, by %s', (kind) => {
    const get = async (path: string): Promise<string> => {
      const page = await open(false);
      const answered = await page.evaluate(([how, where]) => window.get(how, where), [
        `${kind} in proxy mode`,
        apiUrl + path
      ] as const);
      await page.close();
      return answered;
    };
    const asked = () => relayed.filter((path) => path !== '/genesys/session');

    it('a call of the API goes to the relay', async () => {
      expect(await get('/api/v2/users/../routing/queues')).toBe('done');
      expect(asked()).toEqual(['/genesys/api/v2/routing/queues']);
    });

    it.each([
      '/api/v2/../../../admin/delete-all',
      '/api/v2/../../token',
      '/api/v2/%2e%2e/%2E%2E/token',
      '/api/v2/\\..\\..\\..\\admin',
      '/api/v2/.\t./.\n./token',
      '/api/v2/..%2f..%2ftoken'
    ])('no other path of the site is called with the credential for the relay: %j', async (path) => {
      expect(await get(path)).toBe('failed');
      expect(relayed).toEqual([]);
    });
  });
});
