import type { User, UserManager } from 'oidc-client-ts';

/** The company's sign-in, where the relay knows people by their token and not by this machine. */
export interface SignInConfig {
  /** Issuer URL of the identity provider. */
  readonly authority: string;
  /** Id of the board's public client there. */
  readonly clientId: string;
  /** Scopes to ask the identity provider for; they have nothing to do with Genesys Cloud. */
  readonly scope: string;
  /** The audience the relay expects in the access token (RFC 8707), where the provider wants to be told. */
  readonly resource?: string;
}

/** Headers for calls to the relay. */
export type RelayHeaders = () => Promise<Record<string, string>>;

/**
 * Signs the user in (authorization code with PKCE): goes to the identity provider, comes back, and leaves a clean URL.
 * The tokens stay in memory; after a reload the provider's own session signs in again without a question.
 *
 * @returns headers for the relay; it does not return while the browser is on its way to the provider
 */
export async function signIn(config: SignInConfig, page: Window = window): Promise<RelayHeaders> {
  // Loaded only by boards that sign in.
  const { InMemoryWebStorage, UserManager, WebStorageStateStore } = await import('oidc-client-ts');
  const home = new URL(page.document.baseURI).href;
  const manager = new UserManager({
    authority: config.authority,
    client_id: config.clientId,
    redirect_uri: home,
    scope: config.scope,
    ...(config.resource === undefined ? {} : { resource: config.resource }),
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    // The state of a sign-in that is under way has to survive the trip.
    stateStore: new WebStorageStateStore({ store: page.sessionStorage }),
    automaticSilentRenew: false
  });
  if (!new URLSearchParams(page.location.search).has('state')) return leave(manager);
  try {
    await manager.signinRedirectCallback();
  } finally {
    page.history.replaceState(null, '', home);
  }
  return async () => authorization(await liveUser(manager));
}

/** The signed-in user; when the token has ended, one silent try, and else the way to the provider again. */
async function liveUser(manager: UserManager): Promise<User> {
  const user = await manager.getUser();
  if (user?.expired === false) return user;
  const renewed = user?.refresh_token === undefined ? null : await manager.signinSilent().catch(() => null);
  return renewed ?? leave(manager);
}

async function leave(manager: UserManager): Promise<never> {
  await manager.signinRedirect();
  return new Promise<never>(() => undefined);
}

function authorization(user: User): Record<string, string> {
  return { Authorization: `Bearer ${user.access_token}` };
}
