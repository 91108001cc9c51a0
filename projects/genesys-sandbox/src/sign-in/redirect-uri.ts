import type { SandboxClient } from '../options.ts';

/** `http://localhost`, its port, and the rest. What follows the host must not continue its name. */
const LOCALHOST = /^http:\/\/localhost(?::(\d{1,5}))?((?:[/?].*)?)$/s;

/**
 * Whether a client may return to this URI. Genesys compares character by character, query included. Only a registered
 * `http://localhost` without a port allows any port.
 */
export function isRegistered(requested: string, { redirectUris = [] }: SandboxClient): boolean {
  return redirectUris.includes(requested) || redirectUris.some((uri) => differsInPort(uri, requested));
}

function differsInPort(registered: string, requested: string): boolean {
  const [, port, rest] = LOCALHOST.exec(registered) ?? [];
  const [, , requestedRest] = LOCALHOST.exec(requested) ?? [];
  return port === undefined && rest !== undefined && requestedRest !== undefined && path(rest) === path(requestedRest);
}

/** An empty path is `/`. */
const path = (rest: string): string => (rest.startsWith('/') ? rest : `/${rest}`);

/** Whether pages of an origin may call the token endpoint: it is the origin of a redirect URI. */
export function isRedirectOrigin(origin: string, clients: Iterable<SandboxClient>): boolean {
  for (const { redirectUris = [] } of clients)
    for (const uri of redirectUris) {
      const url = new URL(uri);
      if (url.origin === origin) return true;
      if (url.origin === 'http://localhost' && /^http:\/\/localhost:\d{1,5}$/.test(origin)) return true;
    }
  return false;
}
