import type { Codes } from '../sign-in/codes.ts';
import type { SignInSettings } from '../sign-in/settings.ts';
import type { SandboxClient } from '../options.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import type { TokenAnswer, UserTokens } from '../tokens/user-tokens.ts';
import { invalidRequest, OAuthError } from './oauth-error.ts';
import type { GrantType } from './token-request.ts';

/** Where the tokens of each grant come from. */
export interface TokenSources {
  readonly store: TokenStore;
  readonly codes: Codes;
  readonly userTokens: UserTokens;
  readonly settings: SignInSettings;
}

/** Issues the tokens that an authenticated client asks for with a grant. */
export function issueTokens(
  grantType: GrantType,
  client: SandboxClient,
  form: URLSearchParams,
  sources: TokenSources
): TokenAnswer {
  switch (grantType) {
    case 'client_credentials': {
      const { token, expiresIn } = sources.store.issue(client);
      return { access_token: token, token_type: 'bearer', expires_in: expiresIn };
    }
    case 'authorization_code':
      return redeemCode(client, form, sources);
    case 'refresh_token':
      return refresh(client, form, sources);
  }
}

function redeemCode(client: SandboxClient, form: URLSearchParams, sources: TokenSources): TokenAnswer {
  const { codes, userTokens, settings } = sources;
  const verifier = form.get('code_verifier') ?? undefined;
  if (verifier !== undefined && client.secret !== undefined && !settings.pkceWithSecret)
    throw invalidRequest('code_verifier is not allowed for a client with a secret');
  const grant = codes.redeem(required(form, 'code'), {
    client,
    redirectUri: required(form, 'redirect_uri'),
    verifier
  });
  if (grant === undefined) throw invalidGrant('the authorization code is invalid, expired or already used');
  return userTokens.issue(grant);
}

function refresh(client: SandboxClient, form: URLSearchParams, { userTokens }: TokenSources): TokenAnswer {
  const answer = userTokens.refresh(required(form, 'refresh_token'), client);
  if (answer === undefined) throw invalidGrant('the refresh token is invalid, expired or revoked');
  return answer;
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name) ?? '';
  if (value === '') throw invalidRequest(`${name} is required, in the form body`);
  return value;
}

/** Genesys has not published this body; the shape is that of its other refusals. */
const invalidGrant = (description: string): OAuthError => new OAuthError(400, 'invalid_grant', description);
