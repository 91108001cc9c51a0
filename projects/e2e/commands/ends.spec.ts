import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

// A test runner ends its workers whatever they left open, so this needs a process of its own.
it('a process that has closed the relay and the sandbox ends by itself', () => {
  const program = `
    import { parseRelayConfig, startRelay } from 'genesys-auth-relay';
    import { createSandbox, SANDBOX_CLIENT } from 'genesys-sandbox';
    const sandbox = await createSandbox({ loginPort: 0, apiPort: 0 });
    const { tokenEndpoint, apiOrigin } = sandbox;
    const relay = await startRelay(
      parseRelayConfig(
        {
          mode: 'token',
          listen: { host: '127.0.0.1', port: 0 },
          admin: { port: 0 },
          genesys: { tokenEndpoint, apiOrigin, client: { id: SANDBOX_CLIENT.id, secret: { env: 'SECRET' } } },
          scopes: ['routing', 'notifications'],
          identities: [{ type: 'loopback', roles: ['developer'] }],
          roles: { developer: { scopes: ['routing', 'notifications'] } },
          notifications: {},
          log: { level: 'silent' }
        },
        { SECRET: SANDBOX_CLIENT.secret }
      )
    );
    const headers = { 'content-type': 'application/json', 'x-genesys-auth': '1' };
    const answer = await fetch(relay.url + '/token', { method: 'POST', headers, body: '{"scopes":["routing"]}' });
    console.log(answer.status);
    await answer.text();
    await relay.close();
    await sandbox.close();
  `;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000
  });
  expect({ status, signal, stdout, stderr }).toEqual({ status: 0, signal: null, stdout: '200\n', stderr: '' });
});
