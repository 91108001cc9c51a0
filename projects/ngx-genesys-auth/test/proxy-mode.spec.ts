/**
 * @jest-environment node
 */
import { HttpClient, provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { DOCUMENT } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { startRelay } from 'genesys-auth-relay';
import { type Sandbox, SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import { GenesysAuthService, genesysAuthInterceptor, provideGenesysAuth, withProxyMode } from 'ngx-genesys-auth';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';
import { JSDOM } from 'jsdom';
import { firstValueFrom } from 'rxjs';
import { codeOf } from './app';

// The real library, relay and sandbox, over HTTP, in proxy mode.
let sandbox: Sandbox;
let relay: Awaited<ReturnType<typeof startRelay>>;

beforeAll(async () => {
  process.env['PROXY_MODE_SECRET'] = SANDBOX_CLIENT.secret;
  sandbox = await createSandbox({ rateLimit: { requestsPerMinute: false } });
  relay = await startRelay({
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    genesys: {
      tokenEndpoint: sandbox.tokenEndpoint,
      apiOrigin: sandbox.apiOrigin,
      client: { id: SANDBOX_CLIENT.id, secret: { env: 'PROXY_MODE_SECRET' } }
    },
    scopes: ['analytics', 'routing', 'users'],
    identities: [{ type: 'loopback', roles: ['agent'] }],
    roles: { agent: { scopes: ['analytics:readonly', 'routing:readonly'] } },
    log: { level: 'silent' }
  });
});

afterAll(async () => {
  await relay.close();
  await sandbox.close();
  delete process.env['PROXY_MODE_SECRET'];
});

function createApp(features: Parameters<typeof provideGenesysAuth>[1][] = []) {
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({
    providers: [
      { provide: DOCUMENT, useFactory: () => new JSDOM().window.document },
      provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor])),
      provideGenesysAuth(
        { apiOrigin: sandbox.apiOrigin, relay: relay.url, scopes: ['analytics:readonly', 'routing:readonly'] },
        withProxyMode(),
        ...features
      )
    ]
  });
  return { http: TestBed.inject(HttpClient), auth: TestBed.inject(GenesysAuthService) };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error
  );

describe('proxy mode, from the app to the API', () => {
  it('reads and queries, with the code of token mode', async () => {
    const { http, auth } = createApp();
    const queues = await firstValueFrom(
      http.get<{ entities: { id: string }[] }>(`${sandbox.apiOrigin}/api/v2/routing/queues`, {
        params: { pageSize: 2 }
      })
    );
    expect(queues.entities).toHaveLength(2);
    const query = {
      filter: { type: 'or', predicates: [{ dimension: 'queueId', value: queues.entities[0]?.id }] },
      metrics: ['oWaiting']
    };
    const answer = await firstValueFrom(
      http.post<object>(`${sandbox.apiOrigin}/api/v2/analytics/queues/observations/query`, query)
    );
    expect(answer).toHaveProperty('results');
    expect([...auth.scopes()]).toEqual(['analytics:readonly', 'routing:readonly']);
    expect(codeOf(await failure(auth.token()))).toBe('proxy_mode');
  });

  it('refuses what the role does not allow: before it is sent with the catalogue, at the relay without', async () => {
    const url = () => `${sandbox.apiOrigin}/api/v2/routing/queues/7`;
    const before = sandbox.requests.length;
    const plain = createApp();
    expect(await failure(firstValueFrom(plain.http.delete(url())))).toMatchObject({
      code: 'scope_not_granted',
      scopes: ['routing'],
      problem: { code: 'insufficient_scope' }
    });
    const careful = createApp([withScopeCatalogue()]);
    expect(codeOf(await failure(firstValueFrom(careful.http.delete(url()))))).toBe('scope_not_configured');
    expect(sandbox.requests).toHaveLength(before);
  });
});
