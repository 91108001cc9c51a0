import type { SandboxClient, SandboxClock } from '../options.ts';
import type { SignInSettings } from '../sign-in/settings.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import type { TokenStore } from './token-store.ts';
import type { UserGrant } from './user-grant.ts';

/** What the token endpoint answers when it issues tokens. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly expires_in: number;
  readonly refresh_token?: string;
}

/** The tokens of signed-in users: access tokens and the refresh tokens that renew them. */
export class UserTokens {
  readonly #store: TokenStore;
  readonly #refreshTokens: RefreshTokens;
  readonly #settings: SignInSettings;

  constructor(store: TokenStore, clock: SandboxClock, settings: SignInSettings) {
    this.#store = store;
    this.#settings = settings;
    this.#refreshTokens = new RefreshTokens(clock, settings.refreshTokenSeconds);
  }

  /** The first tokens of a sign-in. */
  issue(grant: UserGrant): TokenAnswer {
    const { inactivityTimeoutSeconds, refreshTokensForPublicClients } = this.#settings;
    const mayRefresh =
      inactivityTimeoutSeconds === undefined && (grant.client.secret !== undefined || refreshTokensForPublicClients);
    return this.#answer(grant, mayRefresh ? this.#refreshTokens.issue(grant) : undefined);
  }

  /** New tokens for a refresh token; `undefined` if the client has no such token. */
  refresh(token: string, client: SandboxClient): TokenAnswer | undefined {
    const found = this.#refreshTokens.find(token, client);
    if (found === undefined) return undefined;
    const { grant, isReplaced } = found;
    if (isReplaced) {
      // Two parties hold the same token, and one of them is not the client (RFC 9700 section 4.14.2).
      if (this.#settings.revokeOnRefreshTokenReuse) this.revoke((other) => other === grant);
      return undefined;
    }
    if (!this.#settings.rotateRefreshTokens) return this.#answer(grant, token);
    this.#refreshTokens.markReplaced(token);
    return this.#answer(grant, this.#refreshTokens.issue(grant));
  }

  /** Revokes all tokens of matching grants. */
  revoke(matches: (grant: UserGrant) => boolean): void {
    this.revokeRefreshTokens(matches);
    this.#store.revokeAll(({ grant }) => grant !== undefined && matches(grant));
  }

  revokeRefreshTokens(matches: (grant: UserGrant) => boolean): void {
    this.#refreshTokens.revoke(matches);
  }

  #answer(grant: UserGrant, refreshToken: string | undefined): TokenAnswer {
    const { token, expiresIn } = this.#store.issue(grant.client, grant);
    return {
      access_token: token,
      token_type: 'bearer',
      expires_in: expiresIn,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken })
    };
  }
}
