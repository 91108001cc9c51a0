import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../../../scripts/lib/free-port.cjs';

const root = join(__dirname, '../../..');
const running = new Set<ChildProcess>();

/** Starts what `npm start` starts, on other ports, and collects what it prints. */
function start(ports: { port: number; login: number; api: number }) {
  const child = spawn(
    process.execPath,
    [
      'scripts/start.mjs',
      '--port',
      String(ports.port),
      '--login-port',
      String(ports.login),
      '--api-port',
      String(ports.api)
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }
  );
  running.add(child);
  let output = '';
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output);
        if (found) resolve(found[1] ?? found[0]);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('exit', () => {
        look();
        reject(new Error(`It ended without saying ${String(pattern)}:\n${output}`));
      });
    });
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, said, ended, output: () => output };
}

const ports = async () => ({ port: await freePort(), login: await freePort(), api: await freePort() });

describe('npm start', () => {
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('serves, prints one URL, and stops cleanly on %s', async (signal) => {
    const chosen = await ports();
    const { child, said, ended, output } = start(chosen);
    const url = await said(/Wallboard: (\S+)/);
    expect(url).toBe(`http://localhost:${String(chosen.port)}`);
    expect((await fetch(url)).status).toBe(200);
    child.kill(signal);
    await expect(ended).resolves.toBe(0);
    expect(output().match(/http:\/\//g)).toHaveLength(1);
    for (const port of Object.values(chosen)) await expect(fetch(`http://127.0.0.1:${String(port)}`)).rejects.toThrow();
  });

  it.each(['port', 'login', 'api'] as const)('says plainly that its %s port is taken', async (which) => {
    const chosen = await ports();
    const squatter = createServer().listen(chosen[which], '127.0.0.1');
    await once(squatter, 'listening');
    const { ended, output } = start(chosen);
    await expect(ended).resolves.toBe(1);
    expect(output()).toContain(String(chosen[which]));
    expect(output()).not.toMatch(/\n\s+at /);
    squatter.close();
  });
});
