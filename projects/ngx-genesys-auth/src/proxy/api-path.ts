import { RELAY_PATHS } from 'genesys-auth-protocol';

/** `..` between slashes of which at least one is encoded, or before `;`, which some servers cut off with what follows. */
const HIDDEN_PARENT = /(?:\/|%2f|%5c)(?:\.|%2e){2}(?:\/|%2f|%5c|;|$)/i;

const normalisedPath = (url: string): string => new URL(url, 'https://relay.invalid').pathname;

/**
 * Whether a request that goes through the relay stays below its `/api/v2/`.
 *
 * A browser resolves `..`, `%2e%2e` and `\..` before it sends a request, so the path that it sends may be another one of the
 * site. It leaves `..%2f` as it is, but a server in front of the relay may decode it.
 *
 * @param relayUrl where the relay is mounted
 * @param path path and query of the request at the API, from `/api/v2/` on
 */
export function staysBelowApi(relayUrl: string, path: string): boolean {
  const sent = normalisedPath(relayUrl + path);
  return sent.startsWith(normalisedPath(`${relayUrl}${RELAY_PATHS.api}/`)) && !HIDDEN_PARENT.test(sent);
}
