import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Waiting and interacting of every queue the page shows, by queue name, as one text each. */
export async function numbersOf(page: Page): Promise<Map<string, string>> {
  const rows = await page
    .getByTestId('queue')
    .evaluateAll((elements) =>
      elements.map((row): [string, string] => [
        String(row.querySelector('th')?.textContent).trim(),
        [...row.querySelectorAll('[data-testid="waiting"], [data-testid="interacting"]')]
          .map((cell) => cell.textContent.trim())
          .join('|')
      ])
    );
  return new Map(rows);
}

const folder = join(__dirname, '../../../out-tsc/screenshots');

/** Takes a picture for people to look at: out-tsc/screenshots/{name}.png. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
