import { HttpBackend, HttpResponse, HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { GENESYS_REGIONS } from 'genesys-auth-protocol';
import { genesysAuthInterceptor, provideGenesysAuth, skipGenesysAuth } from 'ngx-genesys-auth';
import { of } from 'rxjs';
import { API, CONFIG, bearer, createApp, grant, observe } from '../../test/app';

describe('attaching the token', () => {
  it('waits for the relay, then sends the request with the token', () => {
    const { get, relayCall, network } = createApp();
    const outcome = get();
    const call = relayCall();
    expect(call.request.method).toBe('POST');
    expect(call.request.body).toEqual({ scopes: ['analytics', 'routing'] });
    network.expectNone(`${API}/api/v2/routing/queues`);

    grant(call);
    const api = network.expectOne(`${API}/api/v2/routing/queues`);
    expect(bearer(api)).toBe('Bearer token-1');
    api.flush({ entities: [] });
    expect(outcome).toEqual({ values: [{ entities: [] }], error: undefined, done: true });
    network.verify();
  });

  it('attaches a live token synchronously, without a promise', () => {
    const { get, network, signIn } = createApp();
    signIn();
    let turnEnded = false;
    void Promise.resolve().then(() => (turnEnded = true));
    get();
    const api = network.expectOne(`${API}/api/v2/routing/queues`);
    expect(turnEnded).toBe(false);
    expect(bearer(api)).toBe('Bearer token-1');
  });

  it('reaches the backend before subscribe() returns', () => {
    const sent: (string | null)[] = [];
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([genesysAuthInterceptor])),
        provideGenesysAuth(CONFIG),
        {
          provide: HttpBackend,
          useValue: {
            handle: (request: { url: string; headers: { get(name: string): string | null } }) => {
              sent.push(request.headers.get('Authorization'));
              return of(
                new HttpResponse({
                  body: { access_token: 't', token_type: 'bearer', expires_in: 300, scope: 'analytics routing' }
                })
              );
            }
          }
        }
      ]
    });
    const http = TestBed.inject(HttpClient);
    http.get(API).subscribe();
    http.get(API).subscribe();
    expect(sent).toEqual([null, 'Bearer t', 'Bearer t']);
  });

  it('leaves a request with an Authorization header of the app alone, and its 401', () => {
    const { http, network } = createApp();
    const outcome = observe(http.get(`${API}/x`, { headers: { authorization: 'Basic own' } }));
    const api = network.expectOne(`${API}/x`);
    expect(bearer(api)).toBe('Basic own');
    api.flush(null, { status: 401, statusText: 'Unauthorized' });
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 401 });
    network.verify();
  });

  it('leaves a request marked by skipGenesysAuth() alone', () => {
    const { http, network, signIn } = createApp();
    signIn();
    http.get(`${API}/x`, { context: skipGenesysAuth() }).subscribe();
    expect(bearer(network.expectOne(`${API}/x`))).toBeNull();
    network.verify();
  });

  it('passes errors of the API on as they are', () => {
    const { get, network, signIn } = createApp();
    signIn();
    const outcome = get();
    network.expectOne(() => true).flush({ code: 'internal.server.error' }, { status: 500, statusText: 'x' });
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 500 });
  });

  it('turns a 403 for a missing scope into a scope error that names the scopes of which one would do', () => {
    const { get, network, signIn } = createApp();
    signIn();
    const outcome = get();
    network
      .expectOne(() => true)
      .flush(
        {
          message: 'App not authorized to use scope [telephony:readonly, telephony]',
          code: 'app.not.authorized.for.scope',
          status: 403
        },
        { status: 403, statusText: 'Forbidden', headers: { 'ININ-Correlation-Id': 'c-1' } }
      );
    expect(outcome.error).toMatchObject({
      code: 'scope_not_granted',
      scopes: ['telephony:readonly', 'telephony'],
      correlationId: 'c-1',
      cause: { status: 403 }
    });
  });

  it('passes a 403 for a missing permission on as it is', () => {
    const { get, network, signIn } = createApp();
    signIn();
    const outcome = get();
    network.expectOne(() => true).flush({ code: 'missing.permissions' }, { status: 403, statusText: 'Forbidden' });
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 403 });
  });

  it.each(GENESYS_REGIONS.flatMap(({ aws, domain }) => [aws, domain].map((region) => [region, domain])))(
    'sends the token to the API host of region %s',
    (region, domain) => {
      const { http, network } = createApp({ config: { region } });
      http.get(`https://api.${domain}/api/v2/users/me`).subscribe();
      grant(network.expectOne('/genesys/token'));
      expect(bearer(network.expectOne(`https://api.${domain}/api/v2/users/me`))).toBe('Bearer token-1');
    }
  );
});
