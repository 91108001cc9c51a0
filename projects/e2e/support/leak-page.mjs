// Prints the script of a page that the leak tests drive: the library as an app ships it, bundled for production. It has an
// HttpClient on XHR and one on fetch, each with interceptors after ours that move marked requests elsewhere, or send them by the
// other backend. Two more are in proxy mode.
import { join } from 'node:path';
import { appBundle } from '../../../scripts/lib/app-bundle.mjs';
import { root } from '../../../scripts/lib/root.mjs';

const code = `
  import {
    FetchBackend, HttpClient, HttpXhrBackend, provideHttpClient, withFetch, withInterceptors
  } from '@angular/common/http';
  import { inject, provideZonelessChangeDetection } from '@angular/core';
  import { createApplication } from '@angular/platform-browser';
  import { genesysAuthInterceptor, provideGenesysAuth, withProxyMode } from 'ngx-genesys-auth';

  const { apiOrigin, otherOrigin } = await (await fetch('/config.json')).json();
  const mover = (request, next) =>
    next(request.url.includes('/moved') ? request.clone({ url: request.url.replace(apiOrigin, otherOrigin) }) : request);
  const inPlace = (request, next) =>
    next(request.url.includes('/in-place') ? Object.assign(request, { urlWithParams: otherOrigin + '/in-place' }) : request);
  const byOther = (other) => (request, next) =>
    request.url.includes('/by-other')
      ? inject(other).handle(request.clone({ url: request.url.replace(apiOrigin, otherOrigin) }))
      : next(request);
  const clientOf = async (other, features, ...more) =>
    (await createApplication({
      providers: [
        provideZonelessChangeDetection(),
        FetchBackend,
        provideHttpClient(withInterceptors([genesysAuthInterceptor, mover, inPlace, byOther(other)]), ...features),
        provideGenesysAuth({ apiOrigin, relay: '/genesys', scopes: ['routing'] }, ...more)
      ]
    })).injector.get(HttpClient);
  const clients = {
    xhr: await clientOf(FetchBackend, []),
    fetch: await clientOf(HttpXhrBackend, [withFetch()]),
    'xhr in proxy mode': await clientOf(FetchBackend, [], withProxyMode()),
    'fetch in proxy mode': await clientOf(HttpXhrBackend, [withFetch()], withProxyMode())
  };
  // How it ends is for the servers to say.
  window.get = (kind, url) =>
    new Promise((resolve) => {
      clients[kind].get(url, { responseType: 'text' }).subscribe({ next: resolve, error: () => resolve('failed') });
    });
`;
const alias = { 'ngx-genesys-auth': join(root, 'dist/ngx-genesys-auth') };
process.stdout.write((await appBundle({ code, resolveDir: root, external: [], alias })).text);
