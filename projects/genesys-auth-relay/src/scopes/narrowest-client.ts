import { covers, isCovered, missingScopes } from 'genesys-scopes';

/** The properties of an OAuth client that decide the choice. */
export interface ScopedClient {
  readonly name: string;
  readonly scopes: readonly string[];
}

/** The scopes that a token must have, and those that it may have in addition. */
export interface Wanted {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** The client for a request, and the optional scopes that it covers. */
export interface Choice<C extends ScopedClient> {
  readonly client: C;
  readonly optional: readonly string[];
}

const isReadonly = (scope: string): boolean => scope.endsWith(':readonly');

/**
 * How much a set of scopes allows: a read-only scope counts one, any other two, and a scope that another one covers zero. So a
 * subset always has a smaller number.
 */
export function widthOf(scopes: readonly string[]): number {
  const own = [...new Set(scopes)];
  return own
    .filter((scope) => !own.some((other) => other !== scope && covers(other, scope)))
    .reduce((sum, scope) => sum + (isReadonly(scope) ? 1 : 2), 0);
}

/**
 * The narrowest client that covers a request (least privilege, RFC 9700 section 2.3): all required scopes, as many of the
 * optional ones as any client can add, and then the one that allows least. Of two that allow the same, the first wins.
 *
 * @param clients in the order of the configuration
 * @returns `undefined` if no client covers all required scopes
 * @example narrowestClient([{ name: 'all', scopes: ['analytics'] }, { name: 'read', scopes: ['analytics:readonly'] }],
 *   { required: ['analytics:readonly'], optional: [] })?.client.name // 'read'
 */
export function narrowestClient<C extends ScopedClient>(
  clients: readonly C[],
  { required, optional }: Wanted
): Choice<C> | undefined {
  let best: (Choice<C> & { readonly width: number }) | undefined;
  for (const client of clients) {
    if (!required.every((scope) => isCovered(scope, client.scopes))) continue;
    const also = optional.filter((scope) => isCovered(scope, client.scopes));
    const width = widthOf(client.scopes);
    const more = also.length - (best?.optional.length ?? 0);
    if (best === undefined || more > 0 || (more === 0 && width < best.width)) best = { client, optional: also, width };
  }
  return best && { client: best.client, optional: best.optional };
}

/** The client that lacks the fewest scopes for a request, and those scopes. */
export function leastMissing(clients: readonly ScopedClient[], required: readonly string[]) {
  const all = clients.map(({ name, scopes }) => ({ name, missing: missingScopes(required, scopes) }));
  return all.sort((one, other) => one.missing.length - other.missing.length)[0];
}

/**
 * The clients that serve at least one possible request of a caller with these scopes: one client may be the narrowest for some of
 * them and another for the rest.
 */
export function reachableClients<C extends ScopedClient>(
  clients: readonly C[],
  scopes: readonly string[]
): readonly C[] {
  const askable = [...scopes, ...scopes.filter((scope) => !isReadonly(scope)).map((scope) => `${scope}:readonly`)];
  return clients.filter((client) => {
    // The largest request that it covers: a smaller request has the same competing clients or more.
    const largest = askable.filter((scope) => isCovered(scope, client.scopes));
    return largest.length > 0 && narrowestClient(clients, { required: largest, optional: [] })?.client === client;
  });
}
