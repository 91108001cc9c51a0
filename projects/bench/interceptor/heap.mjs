// Shows that requests leave nothing behind: node --expose-gc projects/bench/interceptor/heap.mjs [requests]
// The built library in a production bundle, through HttpClient and a backend that answers at once; one request in ten thousand
// is refused with 401 and replayed with a new token. Then one lazy part of the app for each hundred requests is opened, makes a request
// through the backend of the root and is destroyed. Fails if the heap is larger after the requests, or after the visits, than before.
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { appBundle } from '../../../scripts/lib/app-bundle.mjs';
import { root } from '../../../scripts/lib/root.mjs';

const requests = Number(process.argv[2] ?? 1_000_000);
const WARM_UP = 20_000;
/**
 * Bytes that the heap may grow by: the engine goes on compiling, and keeps what it learns. One pointer kept for each of 100,000
 * requests would be 800,000.
 */
const NOISE = 500_000;

const { window } = new JSDOM('<!doctype html>', { url: 'http://localhost/' });
Object.assign(globalThis, { window, document: window.document, location: window.location, history: window.history });

const code = `
  import {
    HttpBackend, HttpClient, HttpErrorResponse, HttpResponse, provideHttpClient, withInterceptors, withRequestsMadeViaParent
  } from '@angular/common/http';
  import { createEnvironmentInjector, provideZonelessChangeDetection } from '@angular/core';
  import { createApplication } from '@angular/platform-browser';
  import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
  import { of, throwError } from 'rxjs';

  let tokens = 0;
  let sent = 0;
  const backend = {
    handle(request) {
      if (request.url === '/genesys/token') {
        const body = { access_token: 'token-' + ++tokens, token_type: 'Bearer', expires_in: 3600, scope: 'routing' };
        return of(new HttpResponse({ status: 200, body }));
      }
      if (request.url.startsWith('https://api.mypurecloud.de/') !== request.headers.has('Authorization')) throw new Error('wrong header');
      return ++sent % 9_999 === 0
        ? throwError(() => new HttpErrorResponse({ status: 401, url: request.url }))
        : of(new HttpResponse({ status: 200, body: 'ok' }));
    }
  };
  const config = { region: 'mypurecloud.de', relay: '/genesys', scopes: ['routing'] };
  const app = await createApplication({
    providers: [
      provideZonelessChangeDetection(),
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      { provide: HttpBackend, useValue: backend },
      provideGenesysAuth(config)
    ]
  });
  const http = app.injector.get(HttpClient);
  globalThis.send = async (count) => {
    let done = 0;
    for (let request = 0; request < count; request++) {
      const host = request % 4 === 0 ? 'files.example.com' : 'api.mypurecloud.de';
      // Another URL each time: nothing may be kept by URL.
      http.get('https://' + host + '/api/v2/users/' + request).subscribe({ complete: () => done++, error: () => done++ });
      if (request % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    for (let wait = 0; done < count && wait < 1000; wait++) await new Promise((resolve) => setTimeout(resolve, 1));
    if (done !== count) throw new Error(done + ' of ' + count + ' requests ended');
    return tokens;
  };
  globalThis.visit = async (count) => {
    for (let visit = 0; visit < count; visit++) {
      const part = createEnvironmentInjector(
        [provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent()), provideGenesysAuth(config)],
        app.injector
      );
      const before = sent;
      part.get(HttpClient).get('https://api.mypurecloud.de/api/v2/users/me').subscribe({ error: () => undefined });
      if (sent === before) throw new Error('the request of a lazy part was not sent');
      part.destroy();
      if (visit % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  };
`;
const alias = { 'ngx-genesys-auth': join(root, 'dist/ngx-genesys-auth') };
const { text } = await appBundle({ code, resolveDir: root, external: [], alias });
await import(`data:text/javascript,${encodeURIComponent(text)}`);

const heap = () => {
  for (let again = 0; again < 4; again++) globalThis.gc();
  return process.memoryUsage().heapUsed;
};
await globalThis.send(WARM_UP);
const before = heap();
const tokens = await globalThis.send(requests);
const grown = heap() - before;
console.log(
  `${requests} requests, ${tokens} tokens: the heap grew by ${grown} bytes (${(grown / requests).toFixed(3)} a request)`
);

const visits = requests / 100;
await globalThis.visit(WARM_UP / 10);
const beforeVisits = heap();
await globalThis.visit(visits);
const grownByVisits = heap() - beforeVisits;
console.log(
  `${visits} lazy parts: the heap grew by ${grownByVisits} bytes (${(grownByVisits / visits).toFixed(3)} a part)`
);
process.exit(Math.max(grown, grownByVisits) <= NOISE && tokens > requests / 20_000 ? 0 : 1);
