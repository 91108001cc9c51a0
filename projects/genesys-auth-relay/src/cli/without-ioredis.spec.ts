import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET_ENV, configFor } from '../testing/config.ts';

const home = join(__dirname, '../..');
const UPSTREAM = { tokenEndpoint: 'https://login.example.com/token', apiOrigin: 'https://api.example.com' };

describe('a relay with a store and without ioredis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'without-ioredis-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('does not start, and names the package to install', () => {
    // The built package in a separate folder, with its dependencies and without its optional peer.
    const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { dependencies: object };
    cpSync(join(home, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(home, 'package.json'), join(folder, 'package.json'));
    mkdirSync(join(folder, 'node_modules'));
    for (const name of Object.keys(dependencies)) {
      const places = [join(home, 'node_modules', name), join(home, '../../node_modules', name)];
      const installed = places.find((place) => existsSync(place));
      if (installed === undefined) throw new Error(`${name} is not installed.`);
      symlinkSync(installed, join(folder, 'node_modules', name), 'junction');
    }
    const config = join(folder, 'relay.json');
    const store = { redis: { url: { env: 'URL' }, key: { env: 'KEY' } } };
    writeFileSync(config, JSON.stringify({ ...configFor(UPSTREAM), store }));

    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'dist/cli.js'), 'serve', '--config', config], {
      encoding: 'utf8',
      timeout: 120_000,
      env: { [SECRET_ENV]: 'x', URL: 'redis://127.0.0.1:1', KEY: randomBytes(32).toString('base64') }
    });
    expect(stderr).toMatch(/store\.redis[^]*npm install ioredis/);
    expect(status).toBe(1);
  });
});
