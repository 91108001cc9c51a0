import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { RelayConfigError } from './error.ts';
import { loadRelayConfig, readConfigFile } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'relay-interpolate-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ENV = { PORT: '8081', REGION: 'mypurecloud.de', ON: 'true', DIGITS: '0042', EMPTY: '', SECRET: 'CANARY-secret' };

async function read(content: string): Promise<unknown> {
  writeFileSync(join(folder, 'relay.yaml'), content);
  return (await readConfigFile(join(folder, 'relay.yaml'), ENV)).input;
}

async function refused(content: string): Promise<readonly { key: string; message: string; fix: string }[]> {
  const error: unknown = await read(content).catch((reason: unknown) => reason);
  if (!(error instanceof RelayConfigError)) throw new Error('it was not refused');
  expect(error.message).not.toContain(ENV.SECRET);
  return error.issues;
}

describe('${NAME} in a configuration file', () => {
  it('is replaced by the variable, also inside a longer text', async () => {
    expect(await read("genesys: { region: '${REGION}' }\nurl: https://login.${REGION}:${PORT}/x # a comment")).toEqual({
      genesys: { region: 'mypurecloud.de' },
      url: 'https://login.mypurecloud.de:8081/x'
    });
  });

  it('is a number or true or false without quotes, and text in quotes', async () => {
    expect(await read('a: ${PORT}\nb: "${PORT}"\nc: ${ON}\nd: ${DIGITS}\ne: [\'${ON}\']')).toEqual({
      a: 8081,
      b: '8081',
      c: true,
      d: '0042',
      e: ['true']
    });
  });

  it('adds no structure to the file', async () => {
    writeFileSync(join(folder, 'relay.yaml'), 'a: ${X}');
    const { input } = await readConfigFile(join(folder, 'relay.yaml'), { X: '{ b: 1 }\nc: ${Y}' });
    expect(input).toEqual({ a: '{ b: 1 }\nc: ${Y}' });
  });

  it('is literal text as $${', async () => {
    expect(await read('a: "$${PORT} and ${PORT}, $PORT, $"')).toEqual({ a: '${PORT} and 8081, $PORT, $' });
  });

  it('is not replaced in keys and comments', async () => {
    expect(await read('"${PORT}": 1 # ${NOT_SET}')).toEqual({ '${PORT}': 1 });
  });

  it('is an error for each variable that is not set or empty, with its name', async () => {
    const issues = await refused("genesys: { region: '${NOT_SET}' }\nscopes: [a, 'x${EMPTY}']\nlisten: ${toString}");
    expect(issues).toMatchObject([
      { key: 'genesys.region', message: 'the environment variable NOT_SET is not set' },
      { key: 'scopes[1]', message: 'the environment variable EMPTY is empty' },
      { key: 'listen', message: 'the environment variable toString is not set' }
    ]);
  });

  it.each(['${', '${}', '${PORT', '${1X}', '${PORT:-80}', '${ PORT }'])('is an error as %s', async (text) => {
    const [issue] = await refused(`a: "${text}"`);
    expect(issue).toMatchObject({ key: 'a', message: expect.stringContaining('${') as string });
    expect(issue?.fix).toContain('$${');
  });

  it.each([
    ['genesys.client.secret', "genesys: { client: { secret: '${SECRET}' } }"],
    ['genesys.clients[0].fallbacks[0].key', "genesys: { clients: [{ fallbacks: [{ key: 'x${SECRET}' }] }] }"],
    ['identities[0].proof.secret[1]', "identities: [{ proof: { secret: [{ env: A }, '${SECRET}'] } }]"],
    ['store.redis.key', 'store: { redis: { key: "${SECRET}" } }'],
    ['store.redis.previousKey', 'store: { redis: { previousKey: "${SECRET}" } }'],
    ['genesys.client.secret.env', "genesys: { client: { secret: { env: '${SECRET}' } } }"]
  ])('is refused in the secret %s', async (key, content) => {
    const [issue] = await refused(content);
    expect(issue).toMatchObject({
      key,
      message: expect.stringMatching(/is (?:a secret|the name of a variable), so it has no \$\{/) as string
    });
    expect(issue?.fix).toContain('{ env: NAME }');
  });

  it('may be a part of the path of a file with a secret', async () => {
    expect(await read("secret: { file: '${REGION}/secret' }")).toEqual({ secret: { file: 'mypurecloud.de/secret' } });
  });

  it('needs quotes inside brackets and braces, and the error says so', async () => {
    for (const text of ['a: { b: ${PORT} }', 'a: [${PORT}]']) {
      const [issue] = await refused(text);
      expect(issue?.fix).toMatch(/quotes/);
    }
  });
});

describe('a message about a value with ${NAME}', () => {
  const env = {
    ...ENV,
    LONG: `CANARY${'x'.repeat(200)}`,
    SHORT: 'cat',
    REGIO: 'mypurecloud.d',
    DIGITS: '123456789012',
    GENESYS_CLIENT_SECRET: 'CANARY-secret'
  };
  const RELAY = {
    mode: 'token',
    genesys: { region: 'mypurecloud.de', client: { id: 'a', secret: { env: 'GENESYS_CLIENT_SECRET' } } },
    scopes: ['routing'],
    identities: [{ type: 'loopback', roles: ['developer'] }],
    roles: { developer: { scopes: ['routing'] } }
  };

  async function messageOf(change: object): Promise<string> {
    writeFileSync(join(folder, 'relay.yaml'), stringify({ ...RELAY, ...change }));
    const error: unknown = await loadRelayConfig(join(folder, 'relay.yaml'), env).catch((reason: unknown) => reason);
    if (!(error instanceof RelayConfigError)) throw new Error('it was not refused');
    return error.message;
  }

  it.each([
    ['the region', { genesys: { ...RELAY.genesys, region: '${SECRET}' } }],
    ['a long value', { genesys: { ...RELAY.genesys, region: '${LONG}' } }],
    ['a part of a text', { genesys: { ...RELAY.genesys, region: 'x${SECRET}y' } }],
    ['a port', { listen: { port: '${SECRET}' } }],
    ['a number', { listen: { port: '${DIGITS}' } }],
    [
      'an authentication method',
      { genesys: { ...RELAY.genesys, client: { ...RELAY.genesys.client, auth: '${SECRET}' } } }
    ],
    ['an origin', { cors: { origins: ['https://${SECRET}/path'] } }],
    ['a role that does not exist', { identities: [{ type: 'loopback', roles: ['${SECRET}'] }] }],
    ['the mode', { mode: '${SECRET}' }]
  ])('shows the name of the variable in place of its value: %s', async (_what, change) => {
    const message = await messageOf(change);
    expect(message).not.toMatch(/canary|1234567/i);
    expect(message).toMatch(/\$\{(?:SECRET|LONG|DIGITS)\}/);
  });

  it('leaves the other words as they are', async () => {
    expect(await messageOf({ genesys: { ...RELAY.genesys, region: '${SHORT}' } })).toContain('"${SHORT}" is not a');
    const message = await messageOf({ genesys: { ...RELAY.genesys, region: '${REGIO}' } });
    expect(message).toContain('"${REGIO}"');
    expect(message).toContain('mypurecloud.de');
  });
});
