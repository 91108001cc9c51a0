import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from './angular-cli.ts';

const source = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[]; passes: unknown[] }>;
}

/** What axe finds wrong with the page: the rule, and the elements. Fails where axe has checked next to nothing. */
export async function axeFaults(page: Page): Promise<readonly (readonly [string, readonly string[]])[]> {
  await page.evaluate(source);
  const { faults, passes } = await page.evaluate(async () => {
    const { violations, passes: passed } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return {
      faults: violations.map(({ id, nodes }): [string, string[]] => [id, nodes.map(({ html }) => html)]),
      passes: passed.length
    };
  });
  if (passes < 10) throw new Error(`axe passed ${passes} rules only.`);
  return faults;
}
