/**
 * @jest-environment node
 */
import { HttpClient, provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { DOCUMENT } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { startRelay } from 'genesys-auth-relay';
import { type Sandbox, SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import {
  type GenesysAuthConfig,
  GenesysAuthService,
  genesysAuthInterceptor,
  genesysScopes,
  provideGenesysAuth
} from 'ngx-genesys-auth';
import { JSDOM } from 'jsdom';
import { firstValueFrom } from 'rxjs';
import { freePort } from '../../../scripts/lib/free-port.cjs';
import { codeOf } from './app';
import { until } from './until';

// The real library, relay and sandbox, over HTTP.
let sandbox: Sandbox;
let relay: Awaited<ReturnType<typeof startRelay>>;

beforeAll(async () => {
  process.env['WHOLE_CHAIN_SECRET'] = SANDBOX_CLIENT.secret;
  sandbox = await createSandbox({ loginPort: await freePort(), rateLimit: { requestsPerMinute: false } });
  relay = await startRelay({
    mode: 'token',
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    genesys: {
      tokenEndpoint: sandbox.tokenEndpoint,
      apiOrigin: sandbox.apiOrigin,
      client: { id: SANDBOX_CLIENT.id, secret: { env: 'WHOLE_CHAIN_SECRET' } },
      timeoutMs: 1000
    },
    scopes: ['analytics', 'routing', 'users'],
    identities: [{ type: 'loopback', roles: ['developer'] }],
    roles: { developer: { scopes: ['analytics', 'routing'] } },
    limits: { requestsPerMinute: 10_000 },
    log: { level: 'silent' }
  });
});

afterAll(async () => {
  await relay.close();
  await sandbox.close();
  delete process.env['WHOLE_CHAIN_SECRET'];
});

function createApp(config: Partial<GenesysAuthConfig> = {}) {
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor])),
      provideGenesysAuth({
        apiOrigin: sandbox.apiOrigin,
        relay: relay.url,
        scopes: ['analytics', 'routing'],
        ...config
      } as GenesysAuthConfig),
      { provide: DOCUMENT, useValue: new JSDOM().window.document }
    ]
  });
  const http = TestBed.inject(HttpClient);
  const queues = (page = 1) =>
    firstValueFrom(
      http.get<{ total: number }>(`${sandbox.apiOrigin}/api/v2/routing/queues?pageNumber=${page}`, {
        context: genesysScopes('routing:readonly')
      })
    );
  return { http, queues, auth: TestBed.inject(GenesysAuthService) };
}

const whoAmI = () => TestBed.inject(GenesysAuthService).session();

const failure = (call: Promise<unknown>) => call.then(() => undefined, codeOf);

describe('library, relay and sandbox together', () => {
  it('200 concurrent requests at start make one token request', async () => {
    const { queues, auth } = createApp();
    const before = sandbox.tokenRequestCount();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => queues(n + 1)));
    expect(answers.every(({ total }) => total >= 3)).toBe(true);
    expect(sandbox.tokenRequestCount() - before).toBe(1);
    expect(auth.status()).toBe('ready');
    expect([...auth.scopes()].sort()).toEqual(['analytics', 'routing']);
  });

  it('200 concurrent 401s make one token request, and every request succeeds', async () => {
    const { queues, auth } = createApp();
    await queues();
    const dead = await auth.token();
    sandbox.revokeTokens();
    const before = sandbox.tokenRequestCount();
    const answers = await Promise.all(Array.from({ length: 200 }, () => queues()));
    expect(answers).toHaveLength(200);
    expect(sandbox.tokenRequestCount() - before).toBe(1);
    expect(await auth.token()).not.toBe(dead);
  });

  it('wrong scopes send nothing to anybody', async () => {
    const { http, auth } = createApp();
    const [before, tokens] = [sandbox.requests.length, sandbox.tokenRequestCount()];
    for (const scope of ['anaytics', 'analytics:reporting:read', 'rou"ting', 'users']) {
      await failure(auth.token(scope));
      await failure(firstValueFrom(http.get(`${sandbox.apiOrigin}/api/v2/users`, { context: genesysScopes(scope) })));
    }
    expect([sandbox.requests.length, sandbox.tokenRequestCount()]).toEqual([before, tokens]);
    expect(auth.status()).toBe('unknown');
  });

  it('a scope outside the policy fails with its name; as an optional one it is left out', async () => {
    expect(await failure(createApp({ scopes: ['analytics', 'users'] }).queues())).toBeDefined();
    const strict = createApp({ scopes: ['analytics', 'users'] });
    await expect(strict.auth.token()).rejects.toMatchObject({ code: 'scope_not_granted', scopes: ['users'] });
    const lenient = createApp({ optionalScopes: ['users'] });
    await lenient.auth.token();
    expect(lenient.auth.hasScopes('users')).toBe(false);
  });

  it('session() and the region check speak to the relay', async () => {
    const { auth } = createApp();
    expect(await whoAmI()).toMatchObject({ identity: 'loopback', apiOrigin: sandbox.apiOrigin, mode: 'token' });
    expect(auth.error()).toBeNull();
    const astray = createApp({ apiOrigin: undefined, region: 'mypurecloud.de' }).auth;
    await whoAmI();
    expect(astray.error()?.code).toBe('relay_region_mismatch');
  });

  it('with the login host down a live token goes on; a new app gets a typed error and recovers by itself', async () => {
    const running = createApp();
    await running.queues();
    sandbox.revokeTokens();
    await running.queues();
    await sandbox.stopLogin();
    expect((await running.queues()).total).toBeGreaterThan(0);

    // Dead for the API and for the relay, so a new token is needed, and there is none to be had.
    sandbox.revokeTokens();
    const error: unknown = await running.queues().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'relay_unavailable', problem: { code: 'upstream_unreachable' } });
    expect(running.auth.error()?.hint).not.toBe('');

    await sandbox.startLogin();
    const isAnswered = () =>
      running.queues().then(
        () => true,
        () => false
      );
    await until(isAnswered, 'an answer of the API');
  });
});
