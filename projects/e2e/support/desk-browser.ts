import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Received, record } from './chromium.ts';
import { USERS, type SignInServer, logIn } from './sign-in-server.ts';
import { until } from './until.ts';

const { ann, bob } = USERS;
/** What the desk shows of a user. */
export const DATA_OF_ANN = `${ann.name} ${ann.email}`;
export const DATA_OF_BOB = `${bob.name} ${bob.email}`;
/** The API call that the desk makes. */
export const USERS_ME = '/api/v2/users/me';
/** What a tab reports when Ann signs in: the app, the login page, and the app again with data. */
export const SIGNED_IN = ['loaded', 'loaded', 'loaded', DATA_OF_ANN];

/** Waits for what Chromium shows instead of a page of a host that it cannot reach. */
export const showsBrowserError = (page: Page): Promise<void> =>
  until(() => page.url().startsWith('chrome-error:'), 'the error page of Chromium');

/**
 * Options of a test that needs the back/forward cache. On a busy machine, Chromium may drop a page for an internal reason, which it
 * does not tell; then the test runs again. It tells a reason that lies in the page, and then the test fails.
 */
export const RESTORES = { retry: { count: 3, condition: /Chromium has dropped the page/ } };

declare const window: { report(what: string): void };

/** Runs in each page. Reports the visible data of a user, and whether the page came from the back/forward cache. */
function watchPage(): void {
  let last: string | undefined;
  const look = () => {
    const data = document.querySelector('#data');
    const isVisible = data !== null && getComputedStyle(data).visibility === 'visible';
    const text = isVisible ? data.textContent.trim() : undefined;
    if (text !== undefined && text !== last) window.report(text);
    last = text;
  };
  // Chromium says why it has loaded a page again instead of restoring it, so that a failed test shows the reason.
  const [navigation] = performance.getEntriesByType('navigation') as (PerformanceNavigationTiming & {
    readonly notRestoredReasons?: { readonly reasons: readonly { readonly reason: string }[] } | null;
  })[];
  const reasons = navigation?.notRestoredReasons?.reasons.map(({ reason }) => reason).join(', ');
  const how = reasons === undefined ? 'loaded' : `loaded again: ${reasons}`;
  addEventListener('pageshow', ({ persisted }) => {
    window.report(persisted ? 'restored' : how);
    last = undefined;
    look();
  });
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
}

/** A browser with its own cookies that opens the app of `apps/sign-in`, and watches each page. */
export class DeskBrowser {
  readonly server: SignInServer;
  readonly context: BrowserContext;
  readonly #received: Received[] = [];
  readonly #reports = new Map<Page, string[]>();

  private constructor(context: BrowserContext, server: SignInServer) {
    this.context = context;
    this.server = server;
  }

  /** @param context a new context, without a page */
  static async watch(context: BrowserContext, server: SignInServer): Promise<DeskBrowser> {
    const desk = new DeskBrowser(context, server);
    const reports = desk.#reports;
    context.on('page', (page) => desk.#received.push(record(page)));
    await context.exposeBinding('report', ({ page }, text: string) => {
      reports.set(page, [...(reports.get(page) ?? []), text]);
    });
    await context.addInitScript(watchPage);
    return desk;
  }

  static async open(browser: Browser, server: SignInServer): Promise<DeskBrowser> {
    return DeskBrowser.watch(await browser.newContext(), server);
  }

  /** Closes the browser, and checks that it has received no secret. */
  async close(): Promise<void> {
    await this.#expectNoSecrets();
    await this.context.close();
  }

  async open(path = '/desk'): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.server.url + path);
    return page;
  }

  async signIn(user = ann, path = '/desk'): Promise<Page> {
    const page = await this.open(path);
    await logIn(page, user);
    await page.locator('#data').waitFor();
    return page;
  }

  /** Signs in without a page of the app, so that no other tab is notified. */
  async signInElsewhere(page: Page, user: { readonly email: string }): Promise<void> {
    const { url, relayUrl } = this.server;
    await page.goto(`${relayUrl}/sign-in?prompt=login&return_to=${url}/plain.html`);
    await logIn(page, user);
    await page.waitForURL(/plain\.html/);
  }

  /** Goes back without waiting: the page may come from the back/forward cache, and then it is not loaded. */
  async goBack(page: Page, steps: number): Promise<void> {
    await page.evaluate((count) => {
      // A moment later: a page that goes away at once does not answer.
      setTimeout(() => {
        history.go(-count);
      });
    }, steps);
  }

  /** What a page has reported, see {@link SIGNED_IN}. */
  shownIn(page: Page): readonly string[] {
    return this.#reports.get(page) ?? [];
  }

  /** What a page has reported that must have come from the back/forward cache. Needs {@link RESTORES}. */
  shownInRestored(page: Page): readonly string[] {
    const shown = this.shownIn(page);
    if (shown.includes('loaded again: masked')) throw new Error('Chromium has dropped the page from its cache.');
    return shown;
  }

  /** How often a page was left for sign-in. */
  get redirects(): number {
    return this.server.calls.filter((path) => path === '/genesys/sign-in').length;
  }

  /** All answers that the pages have received. */
  async answers(): Promise<Received['responses']> {
    await Promise.all(this.#received.map((page) => page.settled()));
    return this.#received.flatMap(({ responses }) => responses);
  }

  async #expectNoSecrets(): Promise<void> {
    const texts = (await this.answers()).map(({ url, text }) => `${url} ${text}`);
    for (const page of this.context.pages()) {
      const stored = page.evaluate(() =>
        JSON.stringify([
          Object.entries(localStorage),
          Object.entries(sessionStorage),
          document.cookie,
          location.href,
          history.state
        ])
      );
      texts.push(await stored.catch(() => ''));
    }
    texts.push(JSON.stringify(await this.context.cookies()));
    for (const secret of this.server.secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  }
}
