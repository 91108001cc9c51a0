import { URL as NodeUrl } from 'node:url';
import { HttpClient, provideHttpClient, withInterceptors, withRequestsMadeViaParent } from '@angular/common/http';
import { EnvironmentInjector, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import fc from 'fast-check';
import { genesysAuthInterceptor, provideGenesysAuth, skipGenesysAuth } from 'ngx-genesys-auth';
import { CONFIG, bearer, createApp, grant } from '../../test/app';
import { startOf } from './origin';

const ORIGIN = 'https://api.mypurecloud.com';

// The interceptor is asked, and the page stands on http://localhost.
const hostile = [
  // another host that begins, ends or looks like the right one
  'https://api.mypurecloud.com.evil.example/',
  'https://api.mypurecloud.com.evil.example/api/v2/users/me',
  'https://api.mypurecloud.comevil.example/',
  'https://api.mypurecloud.com-evil.example/',
  'https://evil.example/https://api.mypurecloud.com/',
  'https://evil.example/?u=https://api.mypurecloud.com/',
  'https://evil.example/#https://api.mypurecloud.com/',
  'https://evil.example\\https://api.mypurecloud.com/',
  'https://notapi.mypurecloud.com/',
  'https://x.api.mypurecloud.com/',
  'https://mypurecloud.com/',
  'https://login.mypurecloud.com/oauth/token',
  'https://api.mypurecloud.de/api/v2/users/me',
  'https://api.mypurecloud.com.au/api/v2/users/me',
  // user information
  'https://api.mypurecloud.com@evil.example/',
  'https://api.mypurecloud.com:pass@evil.example/',
  'https://api.mypurecloud.com%2f@evil.example/',
  'https://user@api.mypurecloud.com/',
  'https://user:pass@api.mypurecloud.com/',
  'https://@api.mypurecloud.com/',
  'https://evil.example@api.mypurecloud.com/',
  // another port
  'https://api.mypurecloud.com:8443/',
  'https://api.mypurecloud.com:443/',
  'https://api.mypurecloud.com:80/',
  'https://api.mypurecloud.com:/',
  'https://api.mypurecloud.com:@evil.example/',
  // another scheme
  'http://api.mypurecloud.com/',
  'ws://api.mypurecloud.com/',
  'wss://api.mypurecloud.com/',
  'ftp://api.mypurecloud.com/',
  'file://api.mypurecloud.com/',
  'blob:https://api.mypurecloud.com/5e1c',
  'data:text/plain,https://api.mypurecloud.com/',
  'javascript:https://api.mypurecloud.com/',
  'view-source:https://api.mypurecloud.com/',
  // upper case
  'HTTPS://api.mypurecloud.com/',
  'https://API.MYPURECLOUD.COM/',
  'https://API.MYPURECLOUD.COM.EVIL.EXAMPLE/',
  'https://Api.mypurecloud.com/',
  // trailing dot
  'https://api.mypurecloud.com./',
  'https://api.mypurecloud.com.',
  'https://api.mypurecloud.com..evil.example/',
  // look-alikes from other alphabets
  'https://\u0430pi.mypurecloud.com/',
  'https://api.mypurec\u04cfoud.com/',
  'https://api.mypurecloud.c\u043em/',
  'https://api.mypurecloud\u3002com/',
  'https://api.mypurecloud\uff0ecom/',
  'https://\uff41pi.mypurecloud.com/',
  'https://xn--pi-7kc.mypurecloud.com/',
  'https://api.mypurecloud.com\u2044.evil.example/',
  'https://api.mypurecloud.com\uff0f.evil.example/',
  // backslashes
  'https:\\\\api.mypurecloud.com\\',
  'https://api.mypurecloud.com\\.evil.example/',
  'https://api.mypurecloud.com\\@evil.example/',
  '\\\\api.mypurecloud.com\\',
  // protocol-relative and slashes too many or too few
  '//api.mypurecloud.com/',
  '///api.mypurecloud.com/',
  'https:///api.mypurecloud.com/',
  'https:/api.mypurecloud.com/',
  'https:api.mypurecloud.com/',
  // encoded
  'https://api.mypurecloud%2ecom/',
  'https://api.mypurecloud.com%2eevil.example/',
  'https://api.mypurecloud.com%2f.evil.example/',
  'https://api.mypurecloud.com%00.evil.example/',
  'https://api.mypurecloud.com%40evil.example/',
  'https%3a%2f%2fapi.mypurecloud.com/',
  // white space and control characters
  ' https://api.mypurecloud.com/',
  'https://api.mypurecloud.com .evil.example/',
  'https://api.mypurecloud.com\t.evil.example/',
  'https://api.mypurecloud.com\n.evil.example/',
  'https://api.mypurecloud.com\r@evil.example/',
  'ht\ttps://api.mypurecloud.com/',
  '\u0000https://api.mypurecloud.com/',
  'https://api.mypurecloud.com\u0000.evil.example/',
  'https://api.mypurecloud.com\u200b/',
  // relative
  '',
  '/',
  '/api/v2/users/me',
  'api/v2/users/me',
  './api/v2/users/me',
  '../https://api.mypurecloud.com/',
  'api.mypurecloud.com/api/v2/users/me',
  '?https://api.mypurecloud.com/',
  '#https://api.mypurecloud.com/'
];

describe('which URLs get a token', () => {
  beforeEach(() => jest.spyOn(console, 'warn').mockReturnValue());
  afterEach(() => jest.restoreAllMocks());

  it.each(hostile)('%j gets none, although one is live', (url) => {
    const { http, network } = createApp({ config: { region: 'mypurecloud.com' } });
    http.get(`${ORIGIN}/first`).subscribe();
    grant(network.expectOne('/genesys/token'));
    expect(bearer(network.expectOne(`${ORIGIN}/first`))).toBe('Bearer token-1');

    http.get(url).subscribe();
    const call = network.expectOne(() => true);
    expect(call.request.url).toBe(url);
    expect(bearer(call)).toBeNull();
  });

  it.each([
    '',
    '/',
    '/api/v2/users/me',
    '?a=b',
    '#f',
    '/..',
    '//evil.example/',
    '/\\evil.example',
    '/@evil.example',
    '/a:b@c',
    '/\t',
    '/%2e%2e/'
  ])('%j after the origin gets one: nothing there can change the host', (rest) => {
    expect(startOf(ORIGIN + rest)).toBe(ORIGIN);
    expect(new NodeUrl(ORIGIN + rest).origin).toBe(ORIGIN);
  });

  it('each URL is judged by itself, whatever the one before was', () => {
    const { http, network } = createApp({ config: { region: 'mypurecloud.com' } });
    http.get(`${ORIGIN}/first`).subscribe();
    grant(network.expectOne('/genesys/token'));
    network.expectOne(`${ORIGIN}/first`);
    const good = [ORIGIN, `${ORIGIN}/`, `${ORIGIN}?a=b`, `${ORIGIN}#f`, `${ORIGIN}/api/v2/users/me`];
    for (const url of [...good, ...hostile].flatMap((one) => [one, ...good.flatMap((other) => [other, one])])) {
      http.get(url).subscribe();
      const call = network.expectOne(() => true);
      expect([url, bearer(call)]).toEqual([url, good.includes(url) ? 'Bearer token-1' : null]);
    }
  });

  it('says so in development when a URL is only another spelling of the API origin, once', () => {
    const { http } = createApp({ config: { region: 'mypurecloud.com' } });
    http.get('https://API.mypurecloud.com/api/v2/users/me').subscribe();
    http.get('https://API.mypurecloud.com/api/v2/users/me').subscribe();
    http.get('https://example.com/').subscribe();
    expect(console.warn).toHaveBeenCalledTimes(1);
    expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('"https://api.mypurecloud.com/"'));
  });

  describe('in development, a request to the API of another region', () => {
    const OTHER = 'https://api.mypurecloud.ie/api/v2/routing/queues';

    it('is reported once, with the page that explains it', () => {
      const { http } = createApp({ config: { region: 'mypurecloud.com' } });
      http.get(OTHER).subscribe();
      http.get(OTHER).subscribe();
      expect(console.warn).toHaveBeenCalledTimes(1);
      expect(console.warn).toHaveBeenCalledWith(
        expect.stringMatching(
          /the request to https:\/\/api\.mypurecloud\.ie\/\S+ gets no token.*"https:\/\/api\.mypurecloud\.com\/".*another region, see https:\/\/\S+\/first-failures\.md#the-request-goes-to-the-api-of-another-region\.$/
        )
      );
    });

    it('is not reported if the app handles it itself', () => {
      const { http } = createApp({ config: { region: 'mypurecloud.com' } });
      http.get(OTHER, { headers: { authorization: 'Bearer of-the-app' } }).subscribe();
      http.get(OTHER, { context: skipGenesysAuth() }).subscribe();
      expect(console.warn).not.toHaveBeenCalled();
    });

    it('is not reported by a lazy part whose parent handles it', () => {
      createApp({ config: { region: 'mypurecloud.ie' } });
      const lazy = createEnvironmentInjector(
        [
          provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent()),
          provideGenesysAuth({ ...CONFIG, name: 'lazy', relay: '/lazy' })
        ],
        TestBed.inject(EnvironmentInjector)
      );
      lazy.get(HttpClient).get(OTHER).subscribe();
      expect(console.warn).not.toHaveBeenCalled();
    });
  });
});

describe('the origin test against the WHATWG parser', () => {
  const origins = ['https://api.mypurecloud.com', 'http://localhost:4211', 'http://127.0.0.1:4211', 'http://[::1]:80'];
  const origin = fc.constantFrom(...origins.map((text) => new NodeUrl(text).origin));
  const part = fc.constantFrom(
    ...['https:', 'http:', 'HTTPS:', '//', '/', '\\', '@', ':', '.', '?', '#', '%2e', '%40', '\t', '\n', ' ', '\u0000'],
    ...[
      'api',
      'mypurecloud',
      'com',
      'API',
      'evil.example',
      'localhost',
      '127.0.0.1',
      '127.1',
      '4211',
      '443',
      '80',
      '[::1]'
    ],
    ...['\u3002', '\uff0e', '\u0430pi', '\u200b', 'user:pass', 'https://api.mypurecloud.com', 'http://localhost:4211']
  );
  const pieces = fc.array(fc.oneof({ weight: 6, arbitrary: part }, fc.string({ maxLength: 4 })), { maxLength: 9 });
  const candidate = fc.oneof(
    pieces.map((all) => all.join('')),
    fc.tuple(origin, pieces).map(([start, all]) => start + all.join('')),
    fc.webUrl({ withQueryParameters: true, withFragments: true })
  );
  const bases = ['http://localhost/', 'https://app.example.com/a/b', 'https://api.mypurecloud.com/'];

  it('never says yes to a URL that a browser would send elsewhere, from whatever page', () => {
    fc.assert(
      fc.property(origin, candidate, fc.constantFrom(...bases), (api, url, base) => {
        if (startOf(url) !== api) return;
        const parsed = new NodeUrl(url, base);
        expect([parsed.origin, parsed.username, parsed.password]).toEqual([api, '', '']);
      }),
      { numRuns: 5000 }
    );
  });

  it('says yes to exactly the URLs of the origin once they are in canonical form', () => {
    fc.assert(
      fc.property(origin, candidate, (api, url) => {
        if (!NodeUrl.canParse(url)) return;
        const { href, protocol, host, username, password } = new NodeUrl(url);
        const same = `${protocol}//${host}` === api && username === '' && password === '';
        expect(startOf(href) === api).toBe(same);
      }),
      { numRuns: 5000 }
    );
  });
});
