import type { Browser } from 'playwright-core';
import { record } from '../../support/chromium.ts';

/** Opens an app in the browser: it shows the queues, becomes stable, and says nothing on the console. */
export async function expectQueues(browser: Browser, url: string, names: readonly string[]): Promise<void> {
  const page = await browser.newPage();
  const received = record(page);
  await page.goto(url);
  await page
    .locator('li', { hasText: names[0] ?? '-' })
    .waitFor()
    .catch(async (error: unknown) => {
      throw new Error(`The page shows "${await page.innerText('body')}", and said ${received.errors.join('; ')}`, {
        cause: error
      });
    });
  await page.locator('.granted').waitFor();
  await page.locator('body[data-stable]').waitFor();
  expect(await page.locator('.failure').count()).toBe(0);
  expect(await page.locator('li').allTextContents()).toEqual(names);
  expect(received.errors).toEqual([]);
  await page.close();
}
