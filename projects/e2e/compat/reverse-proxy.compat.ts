import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { startRelay } from 'genesys-auth-relay';
import { WebSocket } from 'ws';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { root } from '../support/angular-cli.ts';
import { Cleanup } from '../support/cleanup.ts';
import { until } from '../support/until.ts';

// The configuration of nginx in docs/recipes/reverse-proxies.md, in front of a relay. TLS and the paths are those of the test.
const KEY = 'key-of-the-test-0123456789abcdef';
const cleanup = new Cleanup();
let origin: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  await cleanup.keep(Promise.resolve({ close: () => rm(folder, { recursive: true }) }));
  const relay = await cleanup.keep(
    startRelay({
      mode: 'proxy',
      listen: { port: 0 },
      admin: false,
      genesys: { region: 'mypurecloud.de', client: { id: 'id', secret: { env: 'PATH' } } },
      scopes: ['notifications'],
      identities: [
        {
          type: 'apiKey',
          keys: [{ id: 'test', sha256: createHash('sha256').update(KEY).digest('hex'), roles: ['reader'] }]
        }
      ],
      roles: { reader: { scopes: ['notifications'] } },
      notifications: {},
      log: { level: 'silent' }
    })
  );
  const port = await freePort();
  const page = await readFile(join(root, 'docs/recipes/reverse-proxies.md'), 'utf8');
  const [, block = ''] = /^```nginx\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const server = block
    .replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
    .replace(/^ *ssl_.*\n/gm, '')
    .replace('http://127.0.0.1:8080/', `${relay.url}/`)
    .replace('/var/www/app', join(folder, 'app'));
  // If the test runs as root, the workers of nginx run as another user.
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'app'));
  await writeFile(join(folder, 'app/index.html'), 'the app');
  const file = join(folder, 'nginx.conf');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`
  );
  await writeFile(
    file,
    `daemon off; pid ${folder}/pid; error_log stderr; events {}\nhttp { access_log off; ${paths.join(' ')}\n${server} }\n`
  );
  const nginx: ChildProcess = spawn('nginx', ['-c', file, '-p', folder], { stdio: 'inherit' });
  await cleanup.keep(
    Promise.resolve({
      close: async () => {
        nginx.kill();
        await once(nginx, 'exit');
      }
    })
  );
  origin = `http://127.0.0.1:${port}`;
  await until(
    () =>
      fetch(origin).then(
        ({ ok }) => ok,
        () => false
      ),
    'nginx'
  );
}, 60_000);
afterAll(() => cleanup.run());

describe('nginx in front of the relay', () => {
  it('delivers the app for every other path', async () => {
    expect(await (await fetch(`${origin}/queues/17`)).text()).toBe('the app');
  });

  it('forwards requests without the prefix', async () => {
    const answer = await fetch(`${origin}/genesys/session`, { headers: { Authorization: `Bearer ${KEY}` } });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 200,
      body: { roles: ['reader'], mode: 'proxy' }
    });
  });

  it('answers as the page says when there is no credential', async () => {
    const answer = await fetch(`${origin}/genesys/session`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      401,
      expect.stringMatching(/^application\/problem\+json/)
    ]);
  });

  it('forwards WebSockets', async () => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/genesys/notifications`, {
      headers: { Authorization: `Bearer ${KEY}` }
    });
    await once(socket, 'open');
    socket.close();
    await once(socket, 'close');
  });
});
