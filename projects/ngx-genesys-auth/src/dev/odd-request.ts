import type { HttpRequest } from '@angular/common/http';
import { NEEDED_SCOPES } from '../attach/context';

const warned = new WeakSet();

/**
 * Development only: warns, once per app, about a request that gets no token although it was probably meant to: it asks for
 * scopes, or its URL is another spelling of the API's origin.
 *
 * @param app who is warned once
 */
export function warnAboutOddRequest(app: object, { url, context }: HttpRequest<unknown>, apiOrigin: string): void {
  if (warned.has(app)) return;
  const base = typeof document === 'undefined' ? undefined : document.baseURI;
  const sameOrigin = URL.canParse(url, base) && new URL(url, base).origin === apiOrigin;
  if (!sameOrigin && !context.has(NEEDED_SCOPES)) return;
  warned.add(app);
  console.warn(
    `ngx-genesys-auth: the request to ${url} gets no token. ` +
      `Only URLs that begin with "${apiOrigin}/", letter by letter, are sent one.`
  );
}
