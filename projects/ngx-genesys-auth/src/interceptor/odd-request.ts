import type { HttpRequest } from '@angular/common/http';
import { CONFIGURATION_NAME, NEEDED_SCOPES } from '../context/request-context';
import { isForwarded } from '../attach/guard';
import type { ConfigurationRegistry } from '../core/configuration';

const warned = new WeakSet();

/**
 * Development only: warns, once per app, about a request that gets no token although it was probably meant to: it asks for
 * scopes, or its URL is another spelling of the API's origin.
 *
 * @param registry the app, which is warned once
 */
export function warnAboutOddRequest(registry: ConfigurationRegistry, { url, context }: HttpRequest<unknown>): void {
  if (warned.has(registry) || isForwarded(context)) return;
  const origins = registry.all.flatMap(({ core }) => core?.config.apiOrigin ?? []);
  const base = typeof document === 'undefined' ? undefined : document.baseURI;
  const sameOrigin = URL.canParse(url, base) && origins.includes(new URL(url, base).origin);
  if (!sameOrigin && !context.has(NEEDED_SCOPES) && !context.has(CONFIGURATION_NAME)) return;
  warned.add(registry);
  console.warn(
    `ngx-genesys-auth: the request to ${url} gets no token. ` +
      `Only URLs that begin with ${origins.map((origin) => `"${origin}/"`).join(' or ')}, letter by letter, are sent one.`
  );
}
