import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { GenesysAuthService, genesysAuthInterceptor, provideGenesysAuth } from './public-api';

describe('x', () => {
  it('goes', () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([genesysAuthInterceptor])),
        provideHttpClientTesting(),
        provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics', 'admin:platform'] })
      ]
    });
    const http = TestBed.inject(HttpClient);
    const c = TestBed.inject(HttpTestingController);
    const seen: unknown[] = [];
    http.get('https://api.mypurecloud.de/api/v2/x').subscribe((v) => seen.push(v));
    const r = c.expectOne('/genesys/token');
    expect(r.request.body).toEqual({ scopes: ['admin:platform', 'analytics'] });
    r.flush({ access_token: 't1', token_type: 'Bearer', expires_in: 300, scope: 'analytics admin:platform' });
    const a = c.expectOne('https://api.mypurecloud.de/api/v2/x');
    expect(a.request.headers.get('Authorization')).toBe('Bearer t1');
    a.flush({ ok: 1 });
    expect(seen).toEqual([{ ok: 1 }]);
    expect(TestBed.inject(GenesysAuthService).status()).toBe('ready');
    c.verify();
  });
});
