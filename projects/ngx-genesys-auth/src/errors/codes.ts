/**
 * What can be wrong with a scope.
 *
 * - `scope_malformed`: not a scope name by the grammar of OAuth
 * - `scope_near_miss`: almost the name of another scope
 * - `scope_unknown_in_area`: Genesys Cloud has the area, but no such scope in it
 * - `scope_not_registered`: not on the list of registered scopes (of the configuration, or of the relay)
 * - `scope_not_configured`: a valid name that is not in `scopes` or `optionalScopes` of the configuration
 * - `scope_not_granted`: the relay's policy, or the Genesys API, does not grant it
 */
export type GenesysScopeErrorCode =
  | 'scope_malformed'
  | 'scope_near_miss'
  | 'scope_unknown_in_area'
  | 'scope_not_registered'
  | 'scope_not_configured'
  | 'scope_not_granted';

/**
 * Every code of this library's errors.
 *
 * - {@link GenesysScopeErrorCode}
 * - `config_invalid`: the configuration has mistakes; nothing works until they are fixed
 * - `config_unavailable`: the configuration, which is known only at run time, could not be loaded, or not within 10 s
 * - `relay_unreachable`: no answer from the relay (network, DNS, CORS, content security policy)
 * - `relay_timeout`: the relay did not answer within `timeoutMs`
 * - `relay_unauthenticated`: 401, the relay does not know the caller
 * - `relay_forbidden`: 403, the relay knows the caller and refuses
 * - `relay_rate_limited`: 429, too many calls
 * - `relay_refused`: another 4xx
 * - `relay_unavailable`: 5xx, the relay or its token endpoint has a fault; or no relay runs behind the proxy that answered
 * - `relay_invalid_response`: a success answer that is not what the relay's protocol says
 * - `relay_region_mismatch`: the relay serves another region or API origin than the one configured
 * - `relay_mode_mismatch`: with `withProxyMode()`, a relay that issues tokens and forwards no calls
 * - `proxy_mode`: with `withProxyMode()`, something asked for a token, and none reaches the browser
 * - `proxy_path_refused`: with `withProxyMode()`, the path of a request leaves `/api/v2/`; nothing was sent
 * - `permission_missing`: the Genesys API says that the token's OAuth client lacks a permission
 * - `api_rate_limited`: with `withRetry()`, a 429 of the Genesys API that is not retried any more
 * - `token_rejected`: the Genesys API answers 401 to a token that was just renewed, or a later interceptor delays a request
 *   for longer than tokens live
 * - `signed_out`: `clear()` was called while this was pending
 * - `server_no_credential`: a token was needed while rendering on the server
 * - `sign_in_required`: with `withSignIn()`, no user is signed in
 * - `sign_in_failed`: with `withSignIn()`, sign-in did not end with a session
 * - `sign_in_cancelled`: with `withSignIn()`, the user cancelled sign-in, or did not consent
 * - `organization_not_allowed`: with `withSignIn()`, the relay does not accept users of this organization
 * - `session_ended`: with `withSignIn()`, the session of the user has ended; the user may sign in again
 * - `session_changed`: with `withSignIn()`, another user has signed in to this browser; nothing was sent to the API
 * - `cookies_blocked`: with `withSignIn()`, the browser did not keep the cookie of the session
 */
export type GenesysAuthErrorCode =
  | GenesysScopeErrorCode
  | 'config_invalid'
  | 'config_unavailable'
  | 'relay_unreachable'
  | 'relay_timeout'
  | 'relay_unauthenticated'
  | 'relay_forbidden'
  | 'relay_rate_limited'
  | 'relay_refused'
  | 'relay_unavailable'
  | 'relay_invalid_response'
  | 'relay_region_mismatch'
  | 'relay_mode_mismatch'
  | 'proxy_mode'
  | 'proxy_path_refused'
  | 'permission_missing'
  | 'api_rate_limited'
  | 'token_rejected'
  | 'signed_out'
  | 'server_no_credential'
  | 'sign_in_required'
  | 'sign_in_failed'
  | 'sign_in_cancelled'
  | 'organization_not_allowed'
  | 'session_ended'
  | 'session_changed'
  | 'cookies_blocked';
