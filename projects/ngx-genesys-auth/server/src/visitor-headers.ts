import type { ServerCredential } from './provide';

/**
 * A credential that is the visitor's own: headers of the request for the page go on to the relay, which then knows the
 * visitor as if their browser had called. A visitor without any of them gets no token.
 *
 * @param names the headers, for example `cookie`, or the one in which a proxy puts the signed-in user's access token
 * @example provideServerGenesysAuth({ relay: 'http://127.0.0.1:8080', credential: visitorHeaders('authorization') })
 */
export function visitorHeaders(...names: readonly string[]): ServerCredential {
  return ({ headers }) => {
    const found = names.flatMap((name): [string, string][] => {
      const value = headers.get(name);
      return value ? [[name, value]] : [];
    });
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  };
}
