import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page, type Response } from 'playwright-core';
import { findChromium, findHeadlessShell, hasCertutil } from '../../../scripts/lib/tools.cjs';

const completePath = findChromium();
/** What most tests start. The headless shell has no back/forward cache and ignores the settings of a profile. */
const defaultPath = findHeadlessShell() ?? completePath;

/** `describe` where a Chromium is installed; skipped otherwise, and `npm test` ends with a loud "NOT RUN". */
export const describeInChromium = completePath === undefined ? describe.skip : describe;

/** `describe` where Chromium can also be told to trust a certificate authority of the tests. */
export const describeOverTls = completePath !== undefined && hasCertutil() ? describe : describe.skip;

/**
 * Starts the headless shell where it is installed, otherwise Chromium, without requests that leave this machine.
 *
 * @param options.hasBackForwardCache whether pages stay in the back/forward cache. This starts the complete Chromium.
 * @param options.switches more switches of the command line
 * @param options.home the home folder, where Chromium looks for certificate authorities that the user trusts
 */
export async function launchChromium({
  hasBackForwardCache = false,
  switches = [],
  home
}: {
  readonly hasBackForwardCache?: boolean;
  readonly switches?: readonly string[];
  readonly home?: string;
} = {}): Promise<Browser> {
  const browser = await chromium.launch({
    ...options(hasBackForwardCache ? completePath : defaultPath, switches),
    ...(home !== undefined && { env: { ...process.env, HOME: home } }),
    ...(hasBackForwardCache && { ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  });
  browser.on('context', (context) => {
    context.setDefaultTimeout(WAIT_MS);
  });
  return browser;
}

/**
 * Starts the complete Chromium with a profile whose user has blocked all cookies. The headless shell ignores that setting. Closing the
 * context ends it.
 */
export async function launchChromiumWithoutCookies(): Promise<BrowserContext> {
  const profile = join(__dirname, '../../../out-tsc/e2e-profile-without-cookies');
  rmSync(profile, { recursive: true, force: true });
  mkdirSync(join(profile, 'Default'), { recursive: true });
  const settings = { profile: { default_content_setting_values: { cookies: BLOCKED } } };
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, options(completePath));
  context.setDefaultTimeout(WAIT_MS);
  return context;
}

/** On a busy machine a dev server prepares its first page for longer than the 30 s that Playwright waits by default. */
const WAIT_MS = 120_000;

/** The value of a content setting of Chromium. */
const BLOCKED = 2;

const options = (executablePath: string | undefined, switches: readonly string[] = []) => ({
  ...(executablePath === undefined ? {} : { executablePath }),
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    ...switches
  ]
});

/** Everything one page received from the network, and every error it had. */
export interface Received {
  /** URL, headers and body of each response, as text. */
  readonly responses: { readonly url: string; readonly text: string }[];
  readonly errors: string[];
  /** Resolves when all bodies seen so far are read. */
  settled(): Promise<void>;
}

/** Records what a page receives from now on. */
export function record(page: Page): Received {
  const responses: { url: string; text: string }[] = [];
  const errors: string[] = [];
  const pending = new Set<Promise<void>>();
  const read = async (response: Response) => {
    const headers = JSON.stringify(await response.allHeaders());
    // A redirect or a preflight has no body; a page that is gone keeps none.
    const body = await response.body().catch(() => Buffer.alloc(0));
    responses.push({ url: response.url(), text: `${headers}\n${body.toString('latin1')}\n${body.toString('utf8')}` });
  };
  page.on('response', (response) => {
    const job: Promise<void> = read(response)
      .catch((error: unknown) => {
        errors.push(String(error));
      })
      .finally(() => pending.delete(job));
    pending.add(job);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return {
    responses,
    errors,
    settled: async () => {
      await Promise.all(pending);
    }
  };
}
