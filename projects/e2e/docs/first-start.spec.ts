import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { command } from '../compat/support/command.ts';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { LISTENS, commandWith, envFile, proxyFile, relayYaml, replaced } from '../support/five-minutes.ts';
import { startProgram } from '../support/program.ts';
import { commandsIn } from '../support/readme.ts';

// Runs what a newcomer copies from the README and from the page on running the relay by hand, from the tarballs to data behind the dev server. The blocks are those of
// the pages. Only ports and the credentials are replaced. `npm run compat` has the same with a real installation and `ng`.
const parent = join(root, 'out-tsc/first-start');
const app = join(parent, 'your-app');
const cleanup = new Cleanup();
/** Where the page of the reader comes from. */
const page = { origin: 'http://localhost:4200', 'sec-fetch-site': 'same-origin', 'x-genesys-auth': '1' };

/** `npm install` of tarballs without the registry: unpacks them, and takes their dependencies from the workspace. */
async function installOffline(line: string): Promise<void> {
  const [, tarballs = ''] = /^npm install (?:--save-dev )?(.+)$/.exec(line) ?? [];
  for (const tarball of tarballs.split(' ')) {
    const file = resolve(app, tarball);
    if (!existsSync(file)) throw new Error(`"${line}" names ${tarball}, which "npm run pack" does not write`);
    const name = /([a-z-]+)-\d[^/]*$/.exec(tarball)?.[1] ?? '';
    const folder = join(app, 'node_modules', name);
    await mkdir(folder, { recursive: true });
    await command('tar', ['-xf', file, '-C', folder, '--strip-components=1'], app);
    const nested = join(root, 'projects', name, 'node_modules');
    if (existsSync(nested)) await symlink(nested, join(folder, 'node_modules'));
    const { bin = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      bin?: Record<string, string>;
    };
    for (const [program, target] of Object.entries(bin)) {
      await chmod(join(folder, target), 0o755);
      await symlink(join(folder, target), join(app, 'node_modules/.bin', program));
    }
  }
}

/** Starts an installed program as its command line in a README says, until what it printed matches. */
async function start(line: string, ready: RegExp, env: NodeJS.ProcessEnv = {}): Promise<RegExpExecArray> {
  const [npx, flag, name = '', ...args] = line.split(' ');
  if (npx !== 'npx' || flag !== '--no-install') throw new Error(`"${line}" does not begin with "npx --no-install"`);
  const program = startProgram([join(app, 'node_modules/.bin', name), ...args], ready, { cwd: app, env });
  return (await cleanup.keep(program)).printed;
}

/** Runs a command line of a README in the reader's folder, to its end. What it printed, whatever its exit code is. */
async function run(line: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  // npx must not ask the registry for anything.
  const offline = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const child = spawn(line, {
    cwd: app,
    env: { ...process.env, ...offline, ...env },
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `${out}${err}`;
}

const JSON_BODY = { 'content-type': 'application/json' };

/** A request with any headers, those of a browser included. */
async function ask(url: string, headers: OutgoingHttpHeaders, body?: object) {
  const outgoing = request(url, { method: body ? 'POST' : 'GET', headers: { ...headers, ...(body && JSON_BODY) } });
  outgoing.end(body && JSON.stringify(body));
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const content = JSON.parse(await text(answer)) as {
    entities?: { id: string; name: string }[];
    results?: unknown[];
    code?: string;
    detail?: string;
  };
  return { status: answer.statusCode, content };
}

beforeAll(async () => {
  await rm(parent, { recursive: true, force: true });
  await mkdir(join(app, 'node_modules/.bin'), { recursive: true });
  await mkdir(join(app, 'src'));
  // The README says that the clone is beside the app.
  await symlink(root, join(parent, 'ngx-genesys-auth'), 'dir');
  await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'your-app', private: true }));

  const [pack = '', ...installations] = commandsIn('README.md', 'Install');
  expect(pack).toBe('npm run pack');
  await command('npm', ['run', 'pack'], root);
  for (const line of installations) await installOffline(line);
});
afterAll(async () => {
  await cleanup.run();
  await rm(parent, { recursive: true, force: true });
});

describe('after the installation of the README', () => {
  it.each(commandsIn('docs/guides/scope-catalogue.md', 'On the command line'))('"%s" runs', async (line) => {
    await writeFile(
      join(app, 'src/queues.ts'),
      "fetch('https://api.mypurecloud.de/api/v2/routing/queues');\nexport const scopes = [];\n"
    );
    expect(await run(line)).toContain('routing:readonly');
  });
});

describe('the relay by hand, with the sandbox in place of a Genesys Cloud organization', () => {
  let relay: string;
  let devServer: string;

  beforeAll(async () => {
    const [, loginOrigin = '', apiOrigin = ''] = await start(
      `${commandWith(/genesys-sandbox/)} --login-port 0 --api-port 0`,
      /login host +(\S+)\n +API host +(\S+)\n/
    );
    const yaml = relayYaml({ loginOrigin, apiOrigin });
    await writeFile(join(app, 'relay.yaml'), yaml);
    await writeFile(join(app, '.env'), envFile());
    await writeFile(join(app, 'no-cors.yaml'), replaced(yaml, /^cors: .*\n/m, ''));
    const serve = commandWith(/ serve --config /);
    [, relay = ''] = await start(serve, LISTENS);
    const [, withoutCors = ''] = await start(replaced(serve, 'relay.yaml', 'no-cors.yaml'), LISTENS);

    const towards = (url: string) =>
      replaced(proxyFile, 'http://localhost:8080', url.replace('127.0.0.1', 'localhost'));
    // One dev server for the file as it is and for two readers who left something out.
    const entry = (file: string, path: string) => /\{([\s\S]*)\}/.exec(file.replaceAll('/genesys', path))?.[1] ?? '';
    const variants = [
      entry(towards(relay), '/genesys'),
      entry(towards(withoutCors), '/no-cors'),
      entry(replaced(towards(relay), '"changeOrigin": true', '"changeOrigin": false'), '/no-change-origin')
    ];
    const file = commandWith(/ ng serve /).split(' --proxy-config ')[1] ?? '';
    await writeFile(join(app, file), `{${variants.join(',')}}`);
    const server = startProgram([join(__dirname, 'dev-server.mjs'), file], /^http:\/\/localhost:\d+/m, { cwd: app });
    [devServer = ''] = (await cleanup.keep(server)).printed;
  });

  it('the relay finds its configuration fine', async () => {
    expect(await run(commandWith(/ check --config /))).toContain('The configuration is valid.');
  });

  it('curl gets queues from the relay', async () => {
    const [, name = '', value = '', url = ''] =
      /^curl -H "([^:]+): ([^"]+)" http:\/\/localhost:8080(\S+)$/.exec(commandWith(/^curl/)) ?? [];
    const { status, content } = await ask(`${relay}${url}`, { [name]: value });
    expect(status).toBe(200);
    expect(content.entities?.length).toBeGreaterThan(3);
  });

  it('a page of the dev server gets data, also by a POST, which has an Origin', async () => {
    const queues = await ask(`${devServer}/genesys/api/v2/routing/queues`, page);
    expect(queues.status).toBe(200);
    const id = queues.content.entities?.[0]?.id;
    const query = { filter: { type: 'and', predicates: [{ dimension: 'queueId', value: id }] }, metrics: ['oWaiting'] };
    const observations = await ask(`${devServer}/genesys/api/v2/analytics/queues/observations/query`, page, query);
    expect(observations.status).toBe(200);
    expect(observations.content.results).toContainEqual(
      expect.objectContaining({ group: { queueId: id, mediaType: 'voice' } })
    );
  });

  it('the detail of a refusal names the missing setting, as the console shows it', async () => {
    const noCors = await ask(`${devServer}/no-cors/api/v2/routing/queues`, page);
    expect(noCors).toMatchObject({ status: 403, content: { code: 'origin_not_allowed' } });
    expect(noCors.content.detail).toMatch(/http:\/\/localhost:4200.*'cors\.origins' of the relay/);
    const noChange = await ask(`${devServer}/no-change-origin/api/v2/routing/queues`, page);
    expect(noChange).toMatchObject({ status: 403, content: { code: 'loopback_refused' } });
    expect(noChange.content.detail).toContain('changeOrigin: true');
  });
});
