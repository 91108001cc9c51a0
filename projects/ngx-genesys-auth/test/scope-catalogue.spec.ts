/**
 * @jest-environment node
 */
import { HttpClient, provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { DOCUMENT } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { startRelay } from 'genesys-auth-relay';
import { type Sandbox, createSandbox } from 'genesys-sandbox';
import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';
import { JSDOM } from 'jsdom';
import { firstValueFrom } from 'rxjs';

// The real library, relay and sandbox, over HTTP; the OAuth client's roles allow little.
const client = { id: 'reader', secret: 'reader-secret', permissions: ['routing:queue:view'] };
let sandbox: Sandbox;
let relay: Awaited<ReturnType<typeof startRelay>>;

beforeAll(async () => {
  process.env['READER_SECRET'] = client.secret;
  sandbox = await createSandbox({ clients: [client] });
  relay = await startRelay({
    mode: 'token',
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    genesys: {
      tokenEndpoint: sandbox.tokenEndpoint,
      apiOrigin: sandbox.apiOrigin,
      client: { id: client.id, secret: { env: 'READER_SECRET' } }
    },
    scopes: ['analytics', 'routing'],
    identities: [{ type: 'loopback', roles: ['developer'] }],
    roles: { developer: { scopes: ['analytics', 'routing'] } },
    log: { level: 'silent' }
  });
});

afterAll(async () => {
  await relay.close();
  await sandbox.close();
  delete process.env['READER_SECRET'];
});

function createApp() {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor])),
      provideGenesysAuth(
        { apiOrigin: sandbox.apiOrigin, relay: relay.url, scopes: ['analytics', 'routing'] },
        withScopeCatalogue()
      ),
      { provide: DOCUMENT, useValue: new JSDOM().window.document }
    ]
  });
  const http = TestBed.inject(HttpClient);
  const outcome = (method: string, path: string, body?: object) =>
    firstValueFrom(http.request<unknown>(method, sandbox.apiOrigin + path, { body })).catch((error: unknown) => error);
  return { outcome };
}

describe('withScopeCatalogue(), relay and sandbox together', () => {
  it('a request that no configured scope allows reaches nobody', async () => {
    const { outcome } = createApp();
    const before = sandbox.requests.length;
    expect(await outcome('GET', '/api/v2/users')).toMatchObject({ code: 'scope_not_configured' });
    expect(sandbox.requests).toHaveLength(before);
    expect(sandbox.tokenRequestCount()).toBe(0);
  });

  it('requests that are allowed go through; one without permission says which it needs', async () => {
    const { outcome } = createApp();
    expect(await outcome('GET', '/api/v2/routing/queues')).toHaveProperty('entities');
    expect(
      await outcome('POST', '/api/v2/analytics/queues/observations/query', {
        filter: { type: 'or', predicates: [{ dimension: 'queueId', value: 'x' }] },
        metrics: ['oWaiting']
      })
    ).toMatchObject({
      code: 'permission_missing',
      rule: 'any',
      permissions: ['analytics:queueObservation:view'],
      divisions: []
    });
  });
});
