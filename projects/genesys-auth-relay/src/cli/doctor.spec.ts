import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANARY, CLIENT_ID, patientWith, startOdd, startRegions } from '../../test/doctor.ts';
import type { DoctorOptions } from '../doctor/doctor.ts';
import { doctor } from './doctor.ts';
import { run } from './run.ts';

const BUILT = join(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'relay-doctor-'));

describe('genesys-auth-relay doctor', () => {
  let world: Awaited<ReturnType<typeof startRegions>>;
  beforeAll(async () => {
    world = await startRegions();
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  async function command(args: readonly string[], env: NodeJS.ProcessEnv = {}, options: DoctorOptions = {}) {
    let out = '';
    let err = '';
    const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
    const { exitCode } = await doctor(args, output, { regions: world.regions, ...options }, env);
    expect(out + err).not.toContain('CANARY');
    return { exitCode, out, err };
  }

  it('examines the configuration file, with exit code 0 when all is well', async () => {
    const { input, env } = patientWith({});
    writeFileSync(join(folder, 'relay.json'), JSON.stringify(input));
    const { exitCode, out } = await command(['--config', join(folder, 'relay.json')], env);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Healthy/);
  });

  it('examines all clients with their fallbacks, or the one that is named', async () => {
    const { input, env } = patientWith({});
    const secret = { env: 'DOCTOR_SECRET' };
    const clients = [
      { name: 'routing', id: CLIENT_ID, secret, scopes: ['routing'], fallbacks: [{ secret }] },
      { name: 'code', id: '0a1b2c3d-0000-4000-8000-00000000c0de', secret, scopes: ['routing'] },
      { id: '0a1b2c3d-0000-4000-8000-0000000000ff', secret: { env: 'NOT_SET' }, scopes: ['routing'] }
    ];
    const file = join(folder, 'several.json');
    writeFileSync(file, JSON.stringify({ ...input, genesys: { region: 'here.test', clients } }));
    const all = { ...env, NOT_SET: CANARY };
    const every = await command(['--config', file], all);
    expect(every.exitCode).toBe(13);
    for (const line of [
      /ok {7}\[routing\] token: /,
      /ok {7}\[routing, fallback 1\] token: /,
      /error wrong_grant_type: \[code\] /,
      /error client_disabled: \[client-3\] /
    ])
      expect(every.out).toMatch(line);
    const first = await command(['--config', file, '--client', 'routing'], all);
    expect(first).toMatchObject({ exitCode: 0, out: expect.not.stringContaining('[code]') });
    expect((await command(['--config', file, '--client', 'code'], all)).exitCode).toBe(13);
    expect(await command(['--config', file, '--client', 'client-3'], env)).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('genesys.clients[2].secret')
    });
    const none = await command(['--config', file, '--client', CANARY], all);
    expect(none).toMatchObject({ exitCode: 1, out: expect.stringContaining('no OAuth client with that name') });
  });

  it('examines a client by flags, with the secret from the environment or a file', async () => {
    const flags = ['--region', 'here.test', '--client-id', CLIENT_ID];
    expect((await command(flags, { GENESYS_CLIENT_SECRET: CANARY })).exitCode).toBe(0);
    expect((await command([...flags, '--secret-env', 'MINE'], { MINE: CANARY })).exitCode).toBe(0);
    const file = join(folder, 'secret');
    writeFileSync(file, `${CANARY}\n`);
    expect((await command([...flags, '--secret-file', file])).exitCode).toBe(0);
    expect((await command([...flags, '--auth', 'post', '--secret-file', file])).exitCode).toBe(0);
    expect((await command(flags)).exitCode).toBe(1);
  });

  it('names the variable that is missing', async () => {
    const flags = ['--region', 'here.test', '--client-id', CLIENT_ID];
    const usual = await command(flags);
    expect(usual).toMatchObject({ exitCode: 1, out: expect.stringContaining('GENESYS_CLIENT_SECRET') });
    const own = await command([...flags, '--secret-env', 'MY_SECRET']);
    expect(own).toMatchObject({ exitCode: 1, out: expect.stringContaining('MY_SECRET') });
    for (const { out } of [usual, own]) expect(out).not.toContain('GENESYS_AUTH_RELAY_DOCTOR_SECRET');
  });

  it('takes explicit endpoints', async () => {
    const { tokenEndpoint, apiOrigin } = world.here;
    const flags = ['--token-endpoint', tokenEndpoint, '--api-origin', apiOrigin, '--client-id', CLIENT_ID];
    expect((await command(flags, { GENESYS_CLIENT_SECRET: CANARY })).exitCode).toBe(0);
  });

  it('speaks JSON, and finds the region', async () => {
    const { exitCode, out } = await command(
      ['--region', 'there.test', '--client-id', CLIENT_ID, '--find-region', '--json'],
      { GENESYS_CLIENT_SECRET: CANARY }
    );
    expect(exitCode).toBe(11);
    expect(JSON.parse(out)).toMatchObject({
      healthy: false,
      exitCode: 11,
      target: { region: 'there.test', clientId: CLIENT_ID },
      findings: [{ cause: 'wrong_region', severity: 'error', fix: 'Set genesys.region: here.test' }]
    });
  });

  it('names region and secret as causes if the server refuses every client id alike', async () => {
    const alike = await startOdd((request, response) => {
      const isToken = request.method === 'POST';
      response.writeHead(isToken ? 401 : 404, { 'content-type': 'application/json' });
      response.end(isToken ? '{"error":"invalid_client","description":"authentication failed"}' : '');
    });
    const { tokenEndpoint } = alike.genesys;
    const apiOrigin = alike.origin.replace('127.0.0.1', 'localhost');
    const regions = [{ aws: 'aws-alike', domain: 'alike.test', tokenEndpoint, apiOrigin }, ...world.regions];
    const flags = ['--region', 'alike.test', '--client-id', CLIENT_ID];
    const env = { GENESYS_CLIENT_SECRET: CANARY };
    const found = await command(flags, env, { regions });
    const searched = await command([...flags, '--find-region'], env, { regions });
    await alike.close();
    expect(found).toMatchObject({ exitCode: 18, out: expect.stringContaining('error secret_or_region') });
    expect(searched).toMatchObject({
      exitCode: 11,
      out: expect.stringContaining('fix: Set genesys.region: here.test')
    });
  });

  it('names a wrong secret with the region as the other cause', async () => {
    const { exitCode, out } = await command(['--region', 'here.test', '--client-id', CLIENT_ID], {
      GENESYS_CLIENT_SECRET: 'Zq8vK2mN4pR6tW9yB1dF3hJ5'
    });
    expect(exitCode).toBe(12);
    expect(out).toMatch(/error secret_wrong_or_rotated: .*another region than here\.test/);
  });

  it.each([
    [{ scope: 'users' }, 14, /error grant_too_narrow: .*routing/],
    [{ scope: 'routing users' }, 0, /warning grant_too_wide: .*users/],
    [{ error: 'invalid_client' }, 11, /error error_in_success/]
  ])('names a token answer with %j', async (more, exitCode, words) => {
    const odd = await startOdd((_request, response) => {
      const body = { id: 'me', access_token: 'TOKEN-CANARY', token_type: 'bearer', expires_in: 60, ...more };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const { input, env } = patientWith({ genesys: odd.genesys });
    const file = join(folder, 'granted.json');
    writeFileSync(file, JSON.stringify(input));
    const found = await command(['--config', file], env);
    await odd.close();
    expect(found).toMatchObject({ exitCode, out: expect.stringMatching(words) });
  });

  it.each([
    [[]],
    [['--region', 'here.test']],
    [['--client-id', 'x']],
    [['--secret', 'CANARY']],
    [['CANARY']],
    [['--secret-file', '/no/such/file', '--region', 'here.test', '--client-id', 'x']],
    [['--secret-stdin', '--secret-env', 'X', '--region', 'here.test', '--client-id', 'x']],
    [['--config', 'x.yaml', '--region', 'here.test']],
    [['--region', 'here.test', '--client-id', 'x', '--timeout', '1']]
  ])('%j is wrong use: exit code 2, and no argument is repeated', async (args) => {
    const { exitCode, out, err } = await command(args);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('Usage:');
  });

  it('says when the configuration cannot be read', async () => {
    expect(await command(['--config', join(folder, 'no.yaml')])).toMatchObject({ exitCode: 1 });
  });

  it('is a command of the program', async () => {
    let text = '';
    const output = { out: (more: string) => (text += more), err: (more: string) => (text += more) };
    expect(await run(['doctor', '--nonsense'], '1', output)).toEqual({ exitCode: 2 });
    expect(await run(['doctor', '--help'], '1', output)).toEqual({ exitCode: 0 });
    expect(text).toContain('--find-region');
  });

  it('as built, takes the secret from stdin and prints it nowhere', async () => {
    const { tokenEndpoint, apiOrigin } = world.here;
    const flags = ['--token-endpoint', tokenEndpoint, '--api-origin', apiOrigin, '--client-id', CLIENT_ID];
    const child = spawn(process.execPath, [BUILT, 'doctor', ...flags, '--secret-stdin']);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdin.end(`"${CANARY}"\n`);
    expect(await once(child, 'close')).toEqual([12, null]);
    expect(output).toContain('error secret_quotes');
    expect(output).not.toContain('CANARY');
  });
});
