import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { record } from './chromium.ts';
import type { Cleanup } from './cleanup.ts';
import { replaced } from './five-minutes.ts';
import { type Program, startProgram } from './program.ts';
import { blocksIn, commandsIn } from './readme.ts';
import type { Terminal } from './terminal.ts';

const PAGE = 'docs/tutorials/first-call.md';
const SIGN_IN = 'docs/tutorials/sign-in.md';
const SHOW = '3. Show the queues';

/** What the page of the example shows when it has settled. */
export interface Shown {
  readonly text: string;
  readonly names: readonly string[];
  readonly errors: readonly string[];
  /** Whether the page shows its heading without scrolling. */
  readonly isInView: boolean;
}

/** The lines of the tutorial "First call" that install the library. The first one runs in the clone. */
export const installation = commandsIn(PAGE, '1. Install the library');

/**
 * Follows the tutorial "First call" with the sandbox. The commands and the code are those of the page; only ports are added.
 */
export class FirstCall {
  readonly #app: Terminal;
  readonly #cleanup: Cleanup;

  constructor(app: Terminal, cleanup: Cleanup) {
    this.#app = app;
    this.#cleanup = cleanup;
  }

  /** Step 2: the schematic. Resolves to the relay's port and to what was printed. */
  async configure(): Promise<{ port: string; printed: string }> {
    const [generate = '', relay, ...more] = commandsIn(PAGE, 'The sandbox');
    expect([relay, ...more]).toEqual(['npm run relay']);
    const port = String(await freePort());
    const printed = await this.#app.run(`${generate} --proxy-target=http://localhost:${port}`);
    return { port, printed };
  }

  /** Step 2: `npm run relay`. Resolves when the relay listens. */
  async startRelay(): Promise<Program> {
    const { scripts } = JSON.parse(await readFile(join(this.#app.folder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    return this.#start(scripts['relay'] ?? '', /\brelay +http:\S+/);
  }

  /** Step 3: the route of the example, and its place in the page. */
  async addRoute(): Promise<void> {
    const [outlet = ''] = blocksIn(PAGE, SHOW, 'html');
    await writeFile(join(this.#app.folder, 'src/app/app.html'), outlet);
    const [routes = ''] = blocksIn(PAGE, SHOW, 'ts');
    const file = join(this.#app.folder, 'src/app/app.routes.ts');
    if (existsSync(file)) {
      await writeFile(file, routes);
      return;
    }
    // The page says: the same route, in the routing module.
    const [imported = ''] = /^import .*genesys-queues';$/m.exec(routes) ?? [];
    const [, route = ''] = /= \[(.*)\];/.exec(routes) ?? [];
    const module = join(this.#app.folder, 'src/app/app-routing-module.ts');
    const text = await readFile(module, 'utf8');
    await writeFile(module, `${imported}\n${replaced(text, 'Routes = []', `Routes = [${route}]`)}`);
  }

  /** Step 3: the request without the app. */
  async requestQueues(origin: string): Promise<Response> {
    const [, line = ''] = commandsIn(PAGE, SHOW);
    const [, name = '', value = '', path = ''] =
      /^curl -H "([^:]+): ([^"]+)" http:\/\/localhost:4200(\S+)$/.exec(line) ?? [];
    return fetch(`${origin}${path}`, { headers: { [name]: value } });
  }

  /** Step 3: `ng serve`, perhaps with more options. Resolves to the dev server's origin. */
  async serve(...options: readonly string[]): Promise<{ origin: string; program: Program }> {
    const [serve = ''] = commandsIn(PAGE, SHOW);
    const port = String(await freePort());
    const line = [serve, '--port', port, ...options].join(' ');
    const program = await this.#start(line, /Local: +(https?:\/\/localhost:\d+)/);
    return { origin: program.printed[1] ?? '', program };
  }

  /**
   * Follows the tutorial of sign-in in an app that is configured: steps 2 to 5. The relay runs with the sandbox.
   *
   * @param port of the relay
   */
  async addSignIn(port: string): Promise<void> {
    const { folder } = this.#app;
    const [yaml = ''] = blocksIn(SIGN_IN, '2. Configure the relay', 'yaml relay');
    await writeFile(join(folder, 'relay.yaml'), `${yaml}listen: { port: ${port} }\n`);
    const inApp = (name: string) => join(folder, 'src/app', name);
    // In an app with an NgModule, the page says what differs.
    const isModular = existsSync(inApp('app-module.ts'));
    const config = inApp(isModular ? 'app-module.ts' : 'app.config.ts');
    const [call = ''] = blocksIn(SIGN_IN, '3. Configure the app', 'ts');
    let text = replaced(
      await readFile(config, 'utf8'),
      /(?:provideGenesysAuth|GenesysAuthModule\.forRoot)\(\s*\{[\s\S]*?withProxyMode\(\),?\s*\)/,
      call
        .trim()
        .replace(/;$/, '')
        .replace('provideGenesysAuth', isModular ? 'GenesysAuthModule.forRoot' : '$&')
    );
    text = replaced(text, 'withProxyMode } from', 'withProxyMode, withSignIn } from');
    await writeFile(config, text);
    const [routes = ''] = blocksIn(SIGN_IN, '4. Guard a route', 'ts complete');
    const [app = ''] = blocksIn(SIGN_IN, '5. Show the user, and sign out', 'ts complete');
    if (isModular) {
      const [, module = ''] = /(@NgModule[\s\S]*)/.exec(await readFile(inApp('app-routing-module.ts'), 'utf8')) ?? [];
      const imports = "import { NgModule } from '@angular/core';\nimport { RouterModule } from '@angular/router';\n";
      const own = replaced(routes, 'export const routes', 'const routes');
      await writeFile(inApp('app-routing-module.ts'), `${imports}${own}\n${module}`);
      await writeFile(inApp('app.ts'), replaced(app, 'imports: [RouterOutlet]', 'standalone: false'));
    } else {
      await writeFile(inApp('app.routes.ts'), routes);
      await writeFile(inApp('app.ts'), app);
    }
  }

  #start(line: string, ready: RegExp): Promise<Program> {
    const [name = '', ...args] = line.replace(/^npx --no-install /, '').split(' ');
    const { folder, env, node } = this.#app;
    const program = join(folder, 'node_modules/.bin', name);
    return this.#cleanup.keep(startProgram([program, ...args], ready, { cwd: folder, env, ...(node && { node }) }));
  }
}

/** Opens the page of the example. */
export async function openQueues(
  browser: Browser,
  origin: string,
  prepare?: (page: Page) => Promise<unknown>
): Promise<Shown> {
  // `ng serve --ssl` makes a certificate that no browser trusts.
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  const { errors } = record(page);
  await prepare?.(page);
  await page.goto(`${origin}/queues`);
  const example = page.locator('app-genesys-queues');
  await example.locator('ul, [role=alert]').waitFor();
  const heading = await example.locator('h2').boundingBox();
  const shown = {
    text: await example.innerText(),
    names: await example.locator('li').allTextContents(),
    errors,
    isInView: heading !== null && heading.y < (page.viewportSize()?.height ?? 0)
  };
  await page.close();
  return shown;
}
