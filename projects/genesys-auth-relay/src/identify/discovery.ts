import type { Dispatcher } from 'undici';
import { isLoopbackUrl } from '../config/urls.ts';
import { fetchJson } from './fetch-json.ts';

/** Where an issuer may publish its metadata: OpenID Connect Discovery 1.0 section 4, then RFC 8414 section 3. */
function places(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`
  ];
}

/**
 * Finds the URL of an issuer's keys.
 *
 * @throws Error when there is no metadata, or the metadata is of another issuer
 */
export async function discoverJwksUri(issuer: string, dispatcher: Dispatcher): Promise<string> {
  for (const place of places(issuer)) {
    const metadata = await fetchJson(place, dispatcher);
    if (metadata === undefined) continue;
    if (typeof metadata !== 'object' || metadata === null || !('issuer' in metadata) || !('jwks_uri' in metadata)) {
      throw new Error('metadata without issuer or jwks_uri');
    }
    if (metadata.issuer !== issuer) throw new Error('metadata of another issuer');
    const url = new URL(String(metadata.jwks_uri));
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackUrl(url))) {
      throw new Error('jwks_uri is not encrypted');
    }
    return url.href;
  }
  throw new Error('no metadata');
}
