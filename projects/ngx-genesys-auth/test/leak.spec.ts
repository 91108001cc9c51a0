import { URL as NodeUrl } from 'node:url';
import {
  HttpBackend,
  HttpClient,
  type HttpRequest,
  HttpResponse,
  provideHttpClient,
  withInterceptors
} from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import fc from 'fast-check';
import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import { type Observable, of } from 'rxjs';

/** A short form runs with all other tests; `npm run soak -- leaks` sets this to more than a hundred thousand. */
const RUNS = Number(process.env['LEAK_RUNS'] ?? 3000);
const API = 'https://api.mypurecloud.com';
const PAGE = 'http://localhost/';
const TOKEN = 'token-of-the-fuzz-test';

/** The network, as far as a token could leak into it: what was sent last, and with what. */
class Backend implements HttpBackend {
  readonly sent: { readonly url: string; readonly authorization: string | null }[] = [];

  handle({ url, method, headers }: HttpRequest<unknown>): Observable<HttpResponse<unknown>> {
    if (method === 'POST') {
      const granted = { access_token: TOKEN, token_type: 'Bearer', expires_in: 86_400, scope: 'routing' };
      return of(new HttpResponse({ status: 200, body: granted }));
    }
    this.sent.push({ url, authorization: headers.get('Authorization') });
    return of(new HttpResponse({ status: 200 }));
  }
}

function createApp() {
  const backend = new Backend();
  let moveTo: string | undefined;
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(
        withInterceptors([
          genesysAuthInterceptor,
          (request, next) => next(moveTo === undefined ? request : request.clone({ url: moveTo }))
        ])
      ),
      { provide: HttpBackend, useValue: backend },
      provideGenesysAuth({ region: 'mypurecloud.com', relay: '/genesys', scopes: ['routing'] })
    ]
  });
  const http = TestBed.inject(HttpClient);
  return {
    /** @param moved where an interceptor after ours sends the request */
    send(url: string, moved?: string): string | null {
      moveTo = moved;
      http.get(url, { responseType: 'text' }).subscribe();
      const [sent, ...more] = backend.sent.splice(0);
      expect(more).toEqual([]);
      expect(sent?.url).toBe(moved ?? url);
      return sent?.authorization ?? null;
    }
  };
}

/** Whether a browser, on a page of another origin, would send this to the API and nowhere else. */
function goesToTheApi(url: string): boolean {
  if (!NodeUrl.canParse(url, PAGE)) return false;
  const { origin, username, password } = new NodeUrl(url, PAGE);
  return origin === API && username === '' && password === '';
}

const words = [
  ...[
    'https:',
    'http:',
    'HTTPS:',
    'javascript:',
    'blob:',
    '//',
    '/',
    '\\',
    '@',
    ':',
    '.',
    '..',
    '?',
    '#',
    ';',
    '&',
    '='
  ],
  ...[
    '%2e',
    '%2f',
    '%40',
    '%5c',
    '%00',
    '\t',
    '\n',
    '\r',
    ' ',
    '\u0000',
    '\u00ad',
    '\u200b',
    '\u3002',
    '\uff0e',
    '\uff0f'
  ],
  ...['api', 'mypurecloud', 'com', 'de', 'API', 'api.mypurecloud.com', API, `${API}/`, `${API}.`, `${API}@`, `${API}:`],
  ...[
    'evil.example',
    'https://evil.example',
    '//evil.example/',
    'user:pass',
    '443',
    '8443',
    'xn--',
    '\u0430pi',
    '[::1]'
  ],
  ...['/api/v2/users/me', 'genesys', 'token', 'localhost', '127.0.0.1']
];
const word = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...words) }, fc.string({ maxLength: 3, unit: 'binary' }));
const pieces = fc.array(word, { maxLength: 8 }).map((all) => all.join(''));
/** The API's own URL with something put in at any place. */
const tampered = fc
  .tuple(fc.nat(API.length + 5), fc.nat(2), word)
  .map(([at, cut, put]) => `${API}/api/v2/users`.slice(0, at) + put + `${API}/api/v2/users`.slice(at + cut));
const url = fc.oneof(
  pieces,
  pieces.map((rest) => API + rest),
  tampered,
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(API, `${API}/`, `${API}/api/v2/users/me`, `${API}?a`, `${API}#a`)
);

beforeEach(() => jest.spyOn(console, 'warn').mockReturnValue());
afterEach(() => jest.restoreAllMocks());

describe(`the token, in ${RUNS} requests with URLs made to mislead`, () => {
  it('is sent only to where a browser finds the API, and always in its canonical form', () => {
    const { send } = createApp();
    let attached = 0;
    fc.assert(
      fc.property(url, (to) => {
        const authorization = send(to);
        if (authorization === null) {
          // A miss is not a leak, but the plain form must never be one.
          expect(to.startsWith(`${API}/`)).toBe(false);
          return;
        }
        attached++;
        expect(authorization).toBe(`Bearer ${TOKEN}`);
        expect({ to, api: goesToTheApi(to) }).toEqual({ to, api: true });
      }),
      { numRuns: RUNS }
    );
    // Both sides of the question were asked.
    expect(attached).toBeGreaterThan(RUNS / 20);
    expect(attached).toBeLessThan(RUNS);
  });

  it('is off again wherever a later interceptor moves the request to', () => {
    const { send } = createApp();
    let kept = 0;
    fc.assert(
      // A request cannot be moved to nothing: `clone()` keeps the URL then.
      fc.property(
        url.filter((text) => text !== ''),
        (moved) => {
          const authorization = send(`${API}/api/v2/users/me`, moved);
          if (authorization !== null) {
            kept++;
            expect({ moved, api: goesToTheApi(moved) }).toEqual({ moved, api: true });
          }
        }
      ),
      { numRuns: RUNS }
    );
    expect(kept).toBeGreaterThan(RUNS / 20);
    expect(kept).toBeLessThan(RUNS);
  });
});
