// Prints the script of a page that the leak tests drive: the library as an app ships it, bundled for production. It has an
// HttpClient on XHR and one on fetch, each with an interceptor after ours that moves marked requests elsewhere.
import { join } from 'node:path';
import { appBundle } from '../../../scripts/lib/app-bundle.mjs';
import { root } from '../../../scripts/lib/root.mjs';

const code = `
  import { HttpClient, provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
  import { provideZonelessChangeDetection } from '@angular/core';
  import { createApplication } from '@angular/platform-browser';
  import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';

  const { apiOrigin, otherOrigin } = await (await fetch('/config.json')).json();
  const mover = (request, next) =>
    next(request.url.includes('/moved') ? request.clone({ url: request.url.replace(apiOrigin, otherOrigin) }) : request);
  const clientOf = async (features) =>
    (await createApplication({
      providers: [
        provideZonelessChangeDetection(),
        provideHttpClient(withInterceptors([genesysAuthInterceptor, mover]), ...features),
        provideGenesysAuth({ apiOrigin, relay: '/genesys', scopes: ['routing'] })
      ]
    })).injector.get(HttpClient);
  const clients = { xhr: await clientOf([]), fetch: await clientOf([withFetch()]) };
  // How it ends is for the servers to say.
  window.get = (kind, url) =>
    new Promise((resolve) => {
      clients[kind].get(url, { responseType: 'text' }).subscribe({ next: resolve, error: () => resolve('failed') });
    });
`;
const alias = { 'ngx-genesys-auth': join(root, 'dist/ngx-genesys-auth') };
process.stdout.write((await appBundle({ code, resolveDir: root, external: [], alias })).text);
