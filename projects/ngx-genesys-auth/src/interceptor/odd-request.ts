import type { HttpRequest } from '@angular/common/http';
import { inject } from '@angular/core';
import { CONFIGURATION_NAME, NEEDED_SCOPES, isLeftAlone } from '../context/request-context';
import { isForwarded } from '../attach/guard';
import { isGenesysApi, startOf } from '../attach/origin';
import { CONFIGURATION_REGISTRY, type ConfigurationRegistry } from '../core/configuration';
import { ERROR_REFERENCE } from '../errors/plain-message';

/** The section about an app whose region has changed, beside the error reference. */
const OTHER_REGION = 'recipes/first-failures.md#the-request-goes-to-the-api-of-another-region';

const warned = new WeakSet();

/**
 * Development only: warns, once per app, about a request that gets no token although it was probably meant to: it asks for
 * scopes, its URL is another spelling of the API's origin, or it is for the API of another region. Must be called in the injection
 * context of the request.
 *
 * @param registry the app, which is warned once
 */
export function warnAboutOddRequest(registry: ConfigurationRegistry, request: HttpRequest<unknown>): void {
  const { url, context } = request;
  if (warned.has(registry) || isForwarded(context)) return;
  const origins = registry.all.flatMap(({ core }) => core?.config.apiOrigin ?? []);
  const base = typeof document === 'undefined' ? undefined : document.baseURI;
  const sameOrigin = URL.canParse(url, base) && origins.includes(new URL(url, base).origin);
  const otherRegion = !sameOrigin && isForOtherRegion(registry, request);
  if (!sameOrigin && !otherRegion && !context.has(NEEDED_SCOPES) && !context.has(CONFIGURATION_NAME)) return;
  warned.add(registry);
  console.warn(
    `ngx-genesys-auth: the request to ${url} gets no token. ` +
      `Only URLs that begin with ${origins.map((origin) => `"${origin}/"`).join(' or ')}, letter by letter, are sent one.` +
      (otherRegion ? ` This is the API of another region, see ${new URL(OTHER_REGION, ERROR_REFERENCE).href}.` : '')
  );
}

function isForOtherRegion(registry: ConfigurationRegistry, request: HttpRequest<unknown>): boolean {
  if (isLeftAlone(request) || !isGenesysApi(startOf(request.url))) return false;
  // The request of a lazy part may go on to the interceptor of its parent.
  const outer = inject(CONFIGURATION_REGISTRY, { skipSelf: true, optional: true });
  return outer === null || outer === registry;
}
