import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { startWallboard } from '../../wallboard/server/index.ts';
import { numbersOf } from '../support/board.ts';
import { describeInChromium, launchChromium, record } from '../support/chromium.ts';
import { Cleanup } from '../support/cleanup.ts';

/** The access tokens that this process sends to the API, read where undici makes its requests. */
function watchTokens() {
  const tokens = new Set<string>();
  const watch = (message: unknown) => {
    const { request } = message as { request: { headers: string | readonly string[] } };
    for (const [, token] of String(request.headers).matchAll(/Bearer ([\w.~+/-]+=*)/g)) if (token) tokens.add(token);
  };
  subscribe('undici:request:create', watch);
  return {
    tokens,
    close: () => {
      unsubscribe('undici:request:create', watch);
      return Promise.resolve();
    }
  };
}

describeInChromium('the wallboard in proxy mode', () => {
  const cleanup = new Cleanup();
  afterAll(() => cleanup.run());

  it('10.1.1 is live, and no token is in anything the browser receives or sends', async () => {
    const watch = await cleanup.keep(Promise.resolve(watchTokens()));
    const browser = await cleanup.keep(launchChromium());
    // Proxy mode is the default.
    const wallboard = await cleanup.keep(startWallboard({ port: 0, loginPort: 0, apiPort: 0 }));
    const page = await browser.newPage();
    const received = record(page);
    const sent: { url: string; authorization: string | undefined }[] = [];
    page.on('request', (request) => {
      sent.push({ url: request.url(), authorization: request.headers()['authorization'] });
    });
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(wallboard.url);
    await page.getByTestId('queue').nth(3).waitFor();
    const first = await numbersOf(page);
    await page.waitForFunction(
      (before) =>
        [...document.querySelectorAll('[data-testid="queue"]')].some((row) => {
          const name = String(row.querySelector('th')?.textContent).trim();
          const numbers = [...row.querySelectorAll('[data-testid="waiting"], [data-testid="interacting"]')];
          return before[name] !== numbers.map((cell) => cell.textContent.trim()).join('|');
        }),
      Object.fromEntries(first),
      { polling: 250 }
    );
    await page.getByTestId('connection').filter({ hasText: 'Live' }).waitFor();
    await received.settled();

    expect(watch.tokens.size).toBeGreaterThan(0);
    for (const { url, text } of received.responses) {
      for (const token of watch.tokens)
        expect({ url, holdsToken: text.includes(token) }).toEqual({ url, holdsToken: false });
      expect({ url, holdsToken: text.includes('"access_token"') }).toEqual({ url, holdsToken: false });
    }
    expect(sent.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    // All of it went to the board's own server, the API among it.
    expect([...new Set(sent.map(({ url }) => new URL(url).origin))]).toEqual([new URL(wallboard.url).origin]);
    // So did the events: over the relay's hub, and over no channel of Genesys Cloud's own.
    expect([...new Set(sockets)]).toEqual([`${wallboard.url.replace('http', 'ws')}/genesys/notifications`]);
    expect(sent.some(({ url }) => new URL(url).pathname.startsWith('/genesys/api/v2/'))).toBe(true);
    expect(received.errors).toEqual([]);
  });
});
