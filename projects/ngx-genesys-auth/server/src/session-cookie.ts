import type { ServerCredential } from './provide';

/** The name of the cookie that the relay sets for a signed-in user. On http://localhost it has no prefix. */
const SESSION_COOKIE = /^(?:__Host-)?genesys-session-[0-9a-f]+$/;

/**
 * A credential for apps with `withSignIn()`: the session cookie of the visitor, and no other cookie, goes on to the relay. The relay
 * must be on the host of the app, as the browser sends the cookie to no other host.
 *
 * A visitor without it is not signed in; then no call is made, and `user` of `GenesysSignIn` stays `undefined` on the server.
 *
 * @example provideServerGenesysAuth({ relay: 'http://127.0.0.1:8080', credential: sessionCookie() })
 */
export function sessionCookie(): ServerCredential {
  return ({ headers }) => {
    const pairs = headers.get('cookie')?.split(';') ?? [];
    const ours = pairs.map((pair) => pair.trim()).filter((pair) => SESSION_COOKIE.test(pair.replace(/=.*/s, '')));
    return ours.length > 0 ? { Cookie: ours.join('; ') } : undefined;
  };
}
