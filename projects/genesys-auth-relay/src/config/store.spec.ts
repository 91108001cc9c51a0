import { randomBytes } from 'node:crypto';
import { type ConfigIssue, RelayConfigError, parseRelayConfig } from '../index.ts';
import { describeConfig } from '../cli/check.ts';
import { certificateMaker } from '../testing/certificate.ts';
import { configFor } from '../testing/config.ts';

const UPSTREAM = { tokenEndpoint: 'https://login.example.com/token', apiOrigin: 'https://api.example.com' };
const KEY = randomBytes(32);
const ENV = {
  RELAY_TEST_SECRET: 'x',
  URL: 'rediss://relay:hidden-password@redis.example.com:6380/2',
  KEY: KEY.toString('base64'),
  HEX: KEY.toString('hex')
};
const certificates = certificateMaker();
const CA = certificates.make('store').cert;
afterAll(() => {
  certificates.clear();
});
const REDIS = { url: { env: 'URL' }, key: { env: 'KEY' } };

const parse = (redis: object, env: NodeJS.ProcessEnv = {}) =>
  parseRelayConfig({ ...configFor(UPSTREAM), store: { redis } }, { ...ENV, ...env });

function issuesOf(redis: object, env: NodeJS.ProcessEnv = {}): readonly ConfigIssue[] {
  try {
    parse(redis, env);
  } catch (error) {
    if (error instanceof RelayConfigError) return error.issues;
  }
  throw new Error('the configuration was taken');
}

describe('the store of the configuration', () => {
  it('is absent unless it is configured', () => {
    expect(parseRelayConfig(configFor(UPSTREAM), ENV).store).toBeUndefined();
  });

  it.each(['KEY', 'HEX'])('takes a key of 256 bits as base64 or hex: %s', (name) => {
    const config = parse({ ...REDIS, key: { env: name } });
    expect(config.store).toMatchObject({ prefix: 'genesys-auth:', timeoutMs: 80, cluster: false });
    expect(config.warnings).toEqual([]);
  });

  it('F9 shows neither password nor key, in a dump or in the output of check', () => {
    const config = parse(REDIS);
    const shown = `${JSON.stringify(config)} ${describeConfig(config)}`;
    expect(shown).not.toContain('hidden-password');
    expect(shown).not.toContain(ENV.KEY);
    expect(describeConfig(config)).toContain('rediss://redis.example.com:6380');
  });

  it('takes a certificate authority, and says that there is one', () => {
    const config = parse({ ...REDIS, ca: { env: 'CA' } }, { CA });
    expect(config.store?.ca).toBe(CA.trim());
    expect(describeConfig(config)).toMatch(
      /rediss:\/\/redis\.example\.com:6380, with the certificate authority of store\.redis\.ca/
    );
  });

  it('warns when the password would travel unencrypted', () => {
    expect(parse(REDIS, { URL: 'redis://:hidden-password@redis.example.com' }).warnings.join()).toMatch(
      /store\.redis\.url: is not encrypted/
    );
  });

  it.each<[string, object, NodeJS.ProcessEnv, string, RegExp]>([
    ['a short key', REDIS, { KEY: 'c2hvcnQ=' }, 'store.redis.key', /not a key of 256 bits/],
    ['a key of zeros', REDIS, { KEY: '0'.repeat(64) }, 'store.redis.key', /can be guessed/],
    ['a key in plain text', { ...REDIS, key: ENV.KEY }, {}, 'store.redis.key', /plain text/],
    ['a URL of another kind', REDIS, { URL: 'https://redis.example.com' }, 'store.redis.url', /not a Redis URL/],
    [
      'a password in the file',
      { ...REDIS, url: 'rediss://:hidden-password@r.example.com' },
      {},
      'store.redis.url',
      /password in plain text/
    ],
    ['an invalid certificate authority', { ...REDIS, ca: { env: 'KEY' } }, {}, 'store.redis.ca', /not a certificate/],
    [
      'a certificate authority without TLS',
      { ...REDIS, ca: { env: 'CA' } },
      { CA, URL: 'redis://127.0.0.1' },
      'store.redis.ca',
      /no meaning without TLS/
    ],
    ['no key', { url: { env: 'URL' } }, {}, 'store.redis.key', /is missing/],
    [
      'a sentinel and a cluster',
      { ...REDIS, cluster: true, sentinel: { name: 'main', hosts: [{ host: 'a' }] } },
      {},
      'store.redis.sentinel',
      /cannot be combined with cluster/
    ]
  ])('refuses %s', (_what, redis, env, key, message) => {
    const issues = issuesOf(redis, env);
    expect(issues).toEqual([expect.objectContaining({ key, message: expect.stringMatching(message) })]);
    expect(JSON.stringify(issues)).not.toContain('hidden-password');
  });
});
