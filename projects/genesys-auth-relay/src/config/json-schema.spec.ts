import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { run } from '../cli/run.ts';

const root = join(__dirname, '../..');

/** Every configuration that the package and its guides show. */
function shown(): [string, unknown][] {
  const files = [root, join(root, 'ops')].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^relay.*\.ya?ml$/.test(name))
      .map((name): [string, unknown] => [name, parse(readFileSync(join(folder, name), 'utf8'))])
  );
  const guides = join(root, '../../docs/guides');
  const pages = [join(root, 'README.md'), ...readdirSync(guides).map((name) => join(guides, name))];
  const whole = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^ *```ya?ml relay\n([\s\S]*?)^ *```/gm)].map(
      ([, text], index): [string, unknown] => [`${basename(page)}, configuration ${index + 1}`, parse(text!)]
    )
  );
  return [...files, ...whole];
}

describe('the JSON Schema of the configuration', () => {
  let printed = '';
  let validate: ValidateFunction;
  beforeAll(async () => {
    const { exitCode } = await run(['schema'], '1.0.0', { out: (text) => (printed += text), err: () => undefined });
    expect(exitCode).toBe(0);
    validate = new Ajv2020({ strict: false }).compile(JSON.parse(printed) as object);
  });

  it.each(shown())('takes %s', (_name, config) => {
    validate(config);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('is tried on the example, on the README and on guides', () => {
    expect(shown().map(([name]) => name)).toEqual(
      expect.arrayContaining(['relay.example.yaml', 'README.md, configuration 1', 'relay-sign-in.md, configuration 1'])
    );
  });

  it.each<[string, string, unknown]>([
    ['an unknown key', 'modes', 'token'],
    ['an unknown mode', 'mode', 'both'],
    ['a port that is text', 'listen.port', '8080'],
    ['a port out of range', 'listen.port', 70_000],
    ['no scopes', 'scopes', []],
    ['a secret in the file', 'genesys.client.secret', 'abc'],
    ['a key instead of its hash', 'identities.1.keys.0.sha256', 'abc'],
    ['an unknown identity', 'identities.0.type', 'cookie'],
    ['an issuer that is not a URL', 'identities.0.issuer', 'idp'],
    ['a wildcard origin', 'cors.origins', ['*']],
    ['an origin with a path', 'cors.origins', ['https://a.example/app']],
    ['a reference in place of a secret', 'genesys.client.secret', '${SECRET}'],
    ['a misspelt key deep inside', 'roles.wallboard.scope', []]
  ])('refuses %s', (_what, path, value) => {
    const config: unknown = parse(readFileSync(join(root, 'relay.example.yaml'), 'utf8'));
    expect(validate(config)).toBe(true);
    const parts = path.split('.');
    const last = parts.pop()!;
    const owner = parts.reduce((at, part) => (at as Record<string, unknown>)[part], config) as Record<string, unknown>;
    if (value === undefined) Reflect.deleteProperty(owner, last);
    else owner[last] = value;
    expect(validate(config)).toBe(false);
  });

  it('takes ${NAME} in place of numbers, booleans, words and URLs', () => {
    const config = parse(readFileSync(join(root, 'relay.example.yaml'), 'utf8')) as Record<string, unknown>;
    validate({
      ...config,
      mode: '${MODE}',
      listen: { host: '${ADDRESS}', port: '${PORT}' },
      genesys: { tokenEndpoint: '${LOGIN}/oauth/token', sendScope: '${SEND}' },
      cors: { origins: ['https://${HOST}'] }
    });
    expect(validate.errors ?? []).toEqual([]);
  });

  it('describes the values for an editor', () => {
    expect(printed).toContain(
      '"description": "give the domain or AWS name of your region, for example mypurecloud.de"'
    );
    expect(printed).toContain('"$schema": "https://json-schema.org/draft/2020-12/schema"');
  });
});
