import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OAuthServer, startOAuthServer } from '../support/oauth-server.ts';

const CLI = join(__dirname, '../../genesys-auth-relay/dist/cli.js');
const ID = '0a1b2c3d-1111-4222-8333-444455556666';
const SECOND = '0a1b2c3d-1111-4222-8333-444455557777';
const SIGN_IN = '0a1b2c3d-0000-4000-8000-00000000c0de';

const makeKey = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { pem, jwk: createPublicKey(pem).export({ format: 'jwk' }) };
};

interface Diagnosis {
  readonly exitCode: number;
  readonly healthy: boolean;
  readonly tokenRequests: number;
  readonly findings: readonly { readonly cause: string; readonly severity: string; readonly credential?: string }[];
}

describe('genesys-auth-relay doctor before oidc-provider, an independent OAuth server', () => {
  const [key, other] = [makeKey(), makeKey()];
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  const common = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'routing' };
  const signing = {
    ...common,
    client_id: ID,
    token_endpoint_auth_method: 'private_key_jwt' as const,
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [{ ...key.jwk, kid: 'key-1', use: 'sig' }] }
  };
  const byPassword = {
    ...common,
    client_id: SECOND,
    client_secret: 'CANARY-first-secret',
    token_endpoint_auth_method: 'client_secret_basic' as const
  };
  const forUsers = {
    client_id: SIGN_IN,
    client_secret: 'CANARY-sign-in-secret',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['https://app.example.com/genesys/sign-in/callback'],
    token_endpoint_auth_method: 'client_secret_basic' as const
  };
  const servers: OAuthServer[] = [];
  const start = async (clockOffMs = 0) => {
    const server = await startOAuthServer({
      clients: [signing, byPassword, forUsers],
      scopes: ['routing'],
      tokenTtl: 600,
      clockOffMs
    });
    servers.push(server);
    return server.origin;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function doctor(origin: string, client: object, env: NodeJS.ProcessEnv, issuer = origin, more = {}): Diagnosis {
    const file = join(folder, 'relay.json');
    const input = {
      mode: 'token',
      genesys: { tokenEndpoint: `${origin}/token`, apiOrigin: origin, issuer, client },
      scopes: ['routing'],
      identities: [{ type: 'loopback', roles: ['developer'] }],
      roles: { developer: { scopes: ['routing'] } },
      ...more
    };
    writeFileSync(file, JSON.stringify(input));
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'doctor', '--config', file, '--json'], {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8'
    });
    // The text has the same values. The specs of src/doctor in the relay look for secrets in both.
    const printed = stdout + stderr;
    expect(printed).not.toMatch(/CANARY|BEGIN|eyJ/);
    for (const line of key.pem.split('\n').slice(1, -2)) expect(printed).not.toContain(line.slice(0, 20));
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    expect(status).toBe(diagnosis.exitCode);
    return diagnosis;
  }
  const signed = { id: ID, auth: 'private_key_jwt', key: { env: 'PEM' }, keyId: 'key-1' };
  const errors = ({ findings }: Diagnosis) => findings.filter(({ severity }) => severity === 'error');

  it('finds a client by private_key_jwt healthy', async () => {
    expect(doctor(await start(), signed, { PEM: key.pem })).toMatchObject({ healthy: true, tokenRequests: 1 });
  });

  it('names a wrong key, a wrong key id and a wrong issuer', async () => {
    const origin = await start();
    const causes = (client: object, pem: string, issuer?: string) =>
      errors(doctor(origin, client, { PEM: pem }, issuer)).map(({ cause }) => cause);
    expect(causes(signed, other.pem)).toEqual(['assertion_refused']);
    expect(causes({ ...signed, keyId: 'key-2' }, key.pem)).toEqual(['key_id_wrong']);
    expect(causes(signed, key.pem, 'https://issuer.example.com')).toEqual(['issuer_wrong']);
  });

  it.each([
    // An assertion from before the time of the server is over; one from after it is taken, though the clocks differ.
    [600_000, 2],
    [-600_000, 1]
  ])('names a clock that differs by %i ms from the server’s', async (off, tokenRequests) => {
    const found = doctor(await start(off), signed, { PEM: key.pem });
    expect(errors(found).map(({ cause }) => cause)).toEqual(['clock_skew']);
    expect(found).toMatchObject({ exitCode: 16, tokenRequests });
  });

  it('names a wrong second secret', async () => {
    const client = { id: SECOND, secret: { env: 'FIRST' }, fallbacks: [{ secret: { env: 'NEXT' } }] };
    const env = { FIRST: 'CANARY-first-secret', NEXT: 'CANARY-second-secret' };
    const found = doctor(await start(), client, env);
    expect(errors(found)).toMatchObject([{ cause: 'secret_wrong_or_rotated', credential: 'fallback 1' }]);
    expect(found.exitCode).toBe(12);
  });

  it('names a missing secret and a wrong grant of the client of sign-in', async () => {
    const origin = await start();
    const causesWith = (client: object, secret = '') => {
      const signIn = {
        client,
        redirectUri: 'https://app.example.com/genesys/sign-in/callback',
        appUrl: 'https://app.example.com/',
        organizations: ['organization-1'],
        roles: { developer: { everyone: true } }
      };
      const env = { PEM: key.pem, SIGN_IN_SECRET: secret };
      const found = doctor(origin, signed, env, origin, { mode: 'proxy', identities: undefined, signIn });
      return errors(found).map(({ cause }) => cause);
    };
    const secret = { env: 'SIGN_IN_SECRET' };
    expect(causesWith({ id: SIGN_IN, secret }, 'CANARY-sign-in-secret')).toEqual([]);
    expect(causesWith({ id: SIGN_IN })).toEqual(['sign_in_secret_missing']);
    expect(causesWith({ id: SECOND, secret }, 'CANARY-first-secret')).toEqual(['sign_in_grant_type']);
  });
});
