import { URL as NodeUrl } from 'node:url';
import { type HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import type { TestRequest } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import fc from 'fast-check';
import {
  type GenesysAuthConfig,
  GenesysScopeError,
  genesysScopes,
  skipGenesysAuth,
  withProxyMode,
  withRetry
} from 'ngx-genesys-auth';
import { API, type AppOptions, asAuthError, codeOf, createApp, observe } from '../../test/app';

const SESSION = {
  subject: 'ann',
  identity: 'jwt',
  roles: ['agent'],
  scopes: ['analytics:readonly', 'routing'],
  defaultScopes: [],
  region: 'mypurecloud.de',
  apiOrigin: API,
  mode: 'proxy'
};
const QUEUES = '/genesys/api/v2/routing/queues';

/** An app in proxy mode. */
function proxied(config: Partial<GenesysAuthConfig> = {}, options: AppOptions = {}) {
  const app = createApp({
    ...options,
    config: { scopes: ['analytics:readonly', 'routing:readonly'], ...config },
    features: [withProxyMode(), ...(options.features ?? [])]
  });
  const session = (change: object = {}) => {
    app.network.expectOne('/genesys/session').flush({ ...SESSION, ...change });
  };
  return { ...app, session };
}

const problem = (call: TestRequest, status: number, body: object) => {
  call.flush(
    { type: 'urn:genesys-auth:problem:x', title: 't', status, detail: 'what happened', ...body },
    { status, statusText: 'no', headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '7' } }
  );
};

describe('withProxyMode', () => {
  it('sends calls of the API to the relay, without a token and with its header', () => {
    const app = proxied();
    const call = observe(app.http.get(`${API}/api/v2/routing/queues`, { params: { pageSize: 25 } }));
    app.session();
    const { request } = app.network.expectOne(`${QUEUES}?pageSize=25`);
    expect(request.headers.get('X-Genesys-Auth')).toBe('1');
    expect(request.headers.has('Authorization')).toBe(false);
    expect(request.withCredentials).toBe(false);
    expect(call.done).toBe(false);
  });

  it('asks for the session once for all, and shows its scopes', () => {
    const app = proxied();
    app.get();
    app.get('/api/v2/routing/skills');
    expect(app.auth.status()).toBe('renewing');
    app.session();
    app.network.expectOne(QUEUES).flush({});
    app.network.expectOne('/genesys/api/v2/routing/skills').flush({});
    expect(app.auth.status()).toBe('ready');
    expect([...app.auth.scopes()]).toEqual(['analytics:readonly', 'routing:readonly']);
    expect(app.auth.hasScopes('routing:readonly')).toBe(true);
    app.get();
    app.network.expectOne(QUEUES);
    app.network.verify();
  });

  it('gives no token to anybody, and says why', async () => {
    const app = proxied();
    await expect(app.auth.token()).rejects.toMatchObject({
      code: 'proxy_mode',
      hint: expect.stringMatching(/HttpClient/)
    });
    app.get();
    app.session();
    await expect(app.auth.token('routing:readonly')).rejects.toMatchObject({ code: 'proxy_mode' });
  });

  it('checks scopes before anything is sent, and against what the session grants', () => {
    const app = proxied();
    const wrong = observe(app.http.get(`${API}/api/v2/x`, { context: genesysScopes('anaytics') }));
    expect(codeOf(wrong.error)).toBe('scope_near_miss');
    app.network.verify();
    const missing = app.get();
    app.session({ scopes: ['routing'] });
    expect(missing.error).toBeInstanceOf(GenesysScopeError);
    expect(asAuthError(missing.error)).toMatchObject({ code: 'scope_not_granted', scopes: ['analytics:readonly'] });
  });

  it('signs calls with the relay’s own headers and credentials, at each attempt', async () => {
    let count = 0;
    const app = proxied({
      relay: {
        url: 'https://relay.example/genesys',
        credentials: 'include',
        headers: () => Promise.resolve({ Authorization: `Bearer company-${++count}` })
      }
    });
    const call = app.get();
    await Promise.resolve();
    await Promise.resolve();
    app.network.expectOne('https://relay.example/genesys/session').flush(SESSION);
    await Promise.resolve();
    await Promise.resolve();
    const { request } = app.network.expectOne('https://relay.example/genesys/api/v2/routing/queues');
    expect(request.headers.get('Authorization')).toBe('Bearer company-2');
    expect(request.withCredentials).toBe(true);
    expect(call.error).toBeUndefined();
  });

  it('lets interceptors that come later see where the request goes', () => {
    const seen: string[] = [];
    const later: HttpInterceptorFn = (request, next) => {
      seen.push(request.url);
      return next(request);
    };
    const app = proxied({}, { after: [later] });
    app.get();
    app.session();
    expect(seen).toEqual(['/genesys/session', QUEUES]);
  });

  it('touches no other request: other origins, other paths of the API, skipped ones', () => {
    const app = proxied();
    app.http.get('/elsewhere').subscribe();
    app.http.get('https://api.mypurecloud.de.evil.example/api/v2/users').subscribe();
    app.http.get(`${API}/api/v2/date`, { context: skipGenesysAuth() }).subscribe();
    app.http.get(`${API}/platform/x`).subscribe();
    app.session();
    for (const url of [
      '/elsewhere',
      'https://api.mypurecloud.de.evil.example/api/v2/users',
      `${API}/api/v2/date`,
      `${API}/platform/x`
    ]) {
      const { request } = app.network.expectOne(url);
      expect(request.headers.has('Authorization')).toBe(false);
      expect(request.headers.has('X-Genesys-Auth')).toBe(false);
    }
  });

  describe('a path that leaves /api/v2/', () => {
    const leaving = [
      '/api/v2/../../../admin/delete-all',
      '/api/v2/../../token',
      '/api/v2/users/../..',
      '/api/v2/users/..//../../x',
      '/api/v2/%2e%2e/x',
      '/api/v2/%2E./x',
      '/api/v2/\\..\\..\\..\\admin',
      '/api/v2/.\t./x',
      '/api/v2/.. ',
      '/api/v2/..?a=b',
      '/api/v2/..#a',
      '/api/v2/..%2fx',
      '/api/v2/users%2F..%5C..%5c..%2fadmin',
      '/api/v2/users/..;/..;/..;/admin'
    ];
    it.each(leaving)('is refused before anything is sent: %j', (path) => {
      const app = proxied();
      const call = app.get(path);
      expect(codeOf(call.error)).toBe('proxy_path_refused');
      expect(app.auth.status()).toBe('unknown');
      app.network.verify();
    });

    it('is not sent when the request is changed in place while it waits for the session', () => {
      const app = proxied();
      const request = new HttpRequest('GET', `${API}/api/v2/routing/queues`);
      app.http.request(request).subscribe();
      Object.assign(request, { url: `${API}/api/v2/../../token`, urlWithParams: `${API}/api/v2/../../token` });
      app.network.expectOne('/genesys/session').flush(SESSION);
      app.network.expectOne('/genesys/api/v2/routing/queues');
      app.network.verify();
    });

    it('is refused with a known session, with a relay on another origin and with a relay at the root, too', () => {
      for (const relay of ['/genesys', 'https://relay.example/genesys', '/']) {
        const app = proxied({ relay });
        app.get();
        app.network.expectOne(`${relay === '/' ? '' : relay}/session`).flush(SESSION);
        app.network.expectOne(`${relay === '/' ? '' : relay}/api/v2/routing/queues`);
        expect(codeOf(app.get('/api/v2/../../../token').error)).toBe('proxy_path_refused');
        app.network.verify();
        TestBed.resetTestingModule();
      }
    });

    it('is named in the error without its query, and the fix with it', () => {
      const { message, hint } = asAuthError(proxied().get('/api/v2/../x?email=ann@example.com').error);
      expect(message).toContain('/api/v2/../x leaves /api/v2/');
      expect(message).not.toContain('ann');
      expect(hint).toContain('encodeURIComponent()');
    });

    it('is not refused where the request does not go to the relay', () => {
      const app = proxied();
      const url = `${API}/api/v2/../x`;
      app.http.get(url, { context: skipGenesysAuth() }).subscribe();
      app.http.get(url, { headers: { Authorization: 'Basic own' } }).subscribe();
      expect(app.network.match(url)).toHaveLength(2);
    });

    it.each(['/api/v2/users/../routing/queues', '/api/v2/users/a..b', '/api/v2/users/a%2Fb', '/api/v2/x?y=/../../..'])(
      'is another one than %j, which is sent',
      (path) => {
        const app = proxied();
        app.get(path);
        app.session();
        app.network.expectOne(`/genesys${path}`);
      }
    );

    it('is found in whatever form a URL has: what is sent stays below /genesys/api/v2/ for every reader', () => {
      const app = proxied();
      app.get();
      app.session();
      app.network.expectOne(QUEUES);
      const part = fc.constantFrom(
        ...[
          '.',
          '..',
          '/',
          '//',
          '\\',
          '%2e',
          '%2E',
          '%2f',
          '%5C',
          ';',
          '?',
          '#',
          '\t',
          '\n',
          ' ',
          '%',
          '%252e',
          'users',
          'a'
        ],
        ...['genesys', 'api', 'v2', '/api/v2/', '/../', '/..', '@evil.example', 'https://evil.example']
      );
      const paths = fc.array(part, { maxLength: 10 }).map((parts) => `/api/v2/${parts.join('')}`);
      let [sent, refused] = [0, 0];
      fc.assert(
        fc.property(paths, (path) => {
          const { error } = app.get(path);
          const calls = app.network.match(() => true).map(({ request }) => request.urlWithParams);
          // What the browser sends, and what a server may read that decodes it before it looks at dot segments.
          const { origin, pathname } = new NodeUrl(`/genesys${path}`, 'https://site.example');
          expect(origin).toBe('https://site.example');
          const decoded = [/%2f/gi, /%5c/gi, /%2f|%5c/gi].map((slash) => pathname.replace(slash, '/'));
          const stays = [pathname, ...decoded].every((text) =>
            new NodeUrl(origin + text).pathname.startsWith('/genesys/api/v2/')
          );
          if (error === undefined) {
            sent++;
            expect({ path, stays }).toEqual({ path, stays: true });
            expect(calls).toEqual([`/genesys${path}`]);
          } else {
            refused++;
            expect([codeOf(error), calls]).toEqual(['proxy_path_refused', []]);
            // Nothing is refused without a way up in it.
            expect(path.replace(/[\t\n]/g, '').replace(/%2e/gi, '.')).toContain('..');
          }
        }),
        { numRuns: 5000, seed: 12 }
      );
      expect(Math.min(sent, refused)).toBeGreaterThan(200);
    });
  });

  it('asks once more after a 401, and repeats the call', () => {
    const app = proxied();
    const call = app.get();
    app.session();
    problem(app.network.expectOne(QUEUES), 401, { code: 'invalid_credentials' });
    app.session();
    app.network.expectOne(QUEUES).flush({ ok: true });
    expect(call.values).toEqual([{ ok: true }]);
  });

  it('ends a second 401 in an error, and one of the session as what it is', () => {
    const app = proxied();
    const twice = app.get();
    app.session();
    problem(app.network.expectOne(QUEUES), 401, { code: 'invalid_credentials' });
    app.session();
    problem(app.network.expectOne(QUEUES), 401, { code: 'invalid_credentials' });
    expect(codeOf(twice.error)).toBe('token_rejected');
  });

  describe('an interceptor that adds a credential to calls of the relay', () => {
    const sign: HttpInterceptorFn = (request, next) =>
      next(
        request.url.startsWith('/genesys/') ? request.clone({ setHeaders: { Authorization: 'Bearer sso' } }) : request
      );
    const credential = ({ request }: TestRequest) => request.headers.get('Authorization');

    it('works after ours, in both modes', () => {
      const app = proxied({}, { after: [sign] });
      app.get();
      const session = app.network.expectOne('/genesys/session');
      expect(credential(session)).toBe('Bearer sso');
      session.flush(SESSION);
      expect(credential(app.network.expectOne(QUEUES))).toBe('Bearer sso');

      TestBed.resetTestingModule();
      const inTokenMode = createApp({ after: [sign] });
      inTokenMode.get();
      expect(credential(inTokenMode.network.expectOne('/genesys/token'))).toBe('Bearer sso');
    });

    it('before ours misses calls of the API: the error says how to order them', () => {
      const app = proxied({}, { before: [sign] });
      const call = app.get();
      app.session();
      const first = app.network.expectOne(QUEUES);
      expect(credential(first)).toBeNull();
      problem(first, 401, { code: 'unauthenticated' });
      app.session();
      problem(app.network.expectOne(QUEUES), 401, { code: 'unauthenticated' });
      expect(asAuthError(call.error)).toMatchObject({
        code: 'relay_unauthenticated',
        message: 'The relay gets a credential with its own session call, but none with this call of the API.',
        hint: expect.stringMatching(/^List the interceptor .* after genesysAuthInterceptor/)
      });
    });
  });

  it('turns refusals of the relay into typed errors', () => {
    const app = proxied();
    const call = app.get();
    app.session();
    problem(app.network.expectOne(QUEUES), 403, {
      code: 'insufficient_scope',
      scopes: ['routing'],
      hint: 'do this'
    });
    expect(asAuthError(call.error)).toMatchObject({
      code: 'scope_not_granted',
      scopes: ['routing'],
      problem: { code: 'insufficient_scope', hint: 'do this' }
    });
    const unknown = app.get();
    problem(app.network.expectOne(QUEUES), 403, { code: 'operation_unknown' });
    expect(asAuthError(unknown.error)).toMatchObject({
      code: 'relay_forbidden',
      problem: { code: 'operation_unknown' }
    });
  });

  it('types a refusal of the relay where the app asked for text, too', () => {
    const app = proxied();
    const call = observe(app.http.get(`${API}/api/v2/routing/queues`, { responseType: 'text' }));
    app.session();
    app.network
      .expectOne(QUEUES)
      .flush(JSON.stringify({ code: 'insufficient_scope', detail: 'what happened', scopes: ['routing'] }), {
        status: 403,
        statusText: 'no',
        headers: { 'Content-Type': 'application/problem+json' }
      });
    expect(asAuthError(call.error)).toMatchObject({ code: 'scope_not_granted', scopes: ['routing'] });
  });

  it('leaves what the API itself says as it is, and a 403 for a scope typed', () => {
    const app = proxied();
    const call = app.get();
    app.session();
    app.network.expectOne(QUEUES).flush(
      {
        code: 'app.not.authorized.for.scope',
        message: 'App not authorized to use scope [routing:readonly, routing]'
      },
      { status: 403, statusText: 'no' }
    );
    expect(asAuthError(call.error)).toMatchObject({
      code: 'scope_not_granted',
      scopes: ['routing:readonly', 'routing']
    });
    const notFound = app.get();
    app.network.expectOne(QUEUES).flush({ code: 'not.found' }, { status: 404, statusText: 'no' });
    expect(notFound.error).toMatchObject({ status: 404, error: { code: 'not.found' } });
  });

  it('waits for 429 with withRetry, whether the relay or the API says it', () => {
    jest.useFakeTimers();
    try {
      const app = proxied({}, { features: [withRetry()] });
      const call = app.get();
      app.session();
      problem(app.network.expectOne(QUEUES), 429, { code: 'api_budget_spent' });
      jest.advanceTimersByTime(10_000);
      app.network.expectOne(QUEUES).flush({ ok: true });
      expect(call.values).toEqual([{ ok: true }]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('says when the relay is in token mode, or serves another region', () => {
    const app = proxied();
    const call = app.get();
    app.session({ mode: 'token' });
    expect(codeOf(call.error)).toBe('relay_mode_mismatch');
    void app.auth.renew().catch(() => undefined);
    app.session({ apiOrigin: 'https://api.mypurecloud.ie', region: 'mypurecloud.ie' });
    expect(app.auth.error()?.code).toBe('relay_region_mismatch');
  });
});
