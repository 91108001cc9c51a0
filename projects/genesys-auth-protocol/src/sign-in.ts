/** Paths of sign-in, relative to where the relay is mounted. */
export const SIGN_IN_PATHS = {
  /** `GET`, a navigation of the browser: starts sign-in. */
  signIn: '/sign-in',
  /** `GET`, a navigation: Genesys Cloud sends the browser back to it. */
  callback: '/sign-in/callback',
  /** `POST`: ends the session. */
  signOut: '/sign-out'
} as const;

/**
 * The header with the `session` of {@link SessionResponse}, on every request that the cookie of a session authenticates. It
 * tells the relay which user the page shows, so that no page gets data of a user who signed in meanwhile.
 */
export const GENESYS_SESSION_HEADER = 'X-Genesys-Session';
/** The `session` of a browser in which nobody is signed in. */
export const SIGNED_OUT_SESSION = 'signed-out';

/** Query parameter of `GET /sign-in` with the page to return to. */
export const RETURN_TO_PARAMETER = 'return_to';
/** Other query parameters of `GET /sign-in`. The relay passes them to Genesys Cloud; `org` needs `provider`. */
export const SIGN_IN_PARAMETERS = ['login_hint', 'org', 'provider', 'prompt'] as const;
/** Query parameter that the callback adds to the page it returns to. Its value is a {@link SignInResult}. */
export const SIGN_IN_RESULT_PARAMETER = 'genesys_sign_in';

/**
 * Why sign-in failed:
 * - `refused`: Genesys Cloud refused the request for sign-in, or had an error of its own
 * - `code_refused`: the code was used before, or it expired, or it belongs to another client
 * - `client_refused`: Genesys Cloud refused the OAuth client of the relay
 * - `wrong_client`: the token belongs to another OAuth client
 * - `rate_limited`: too many users sign in at the same time
 * - `unavailable`: Genesys Cloud cannot be reached, or it failed
 * - `state_unknown`: this browser did not start the sign-in, or it started more than ten minutes ago
 * - `parameters`: the URL of the request has a parameter that the relay does not take
 */
export const SIGN_IN_FAILURES = [
  'refused',
  'code_refused',
  'client_refused',
  'wrong_client',
  'rate_limited',
  'unavailable',
  'state_unknown',
  'parameters'
] as const;

/** Why sign-in failed; see {@link SIGN_IN_FAILURES}. */
export type SignInFailure = (typeof SIGN_IN_FAILURES)[number];

/** How sign-in ended. */
export type SignInResult =
  | { readonly code: 'ok' | 'sign_in_cancelled' | 'organization_not_allowed' | 'policy_denied' }
  | { readonly code: 'sign_in_failed'; readonly reason: SignInFailure };

/** The result as it stands in the URL: the code, and for `sign_in_failed` a dot and the reason. */
export const formatSignInResult = (result: SignInResult): string =>
  result.code === 'sign_in_failed' ? `${result.code}.${result.reason}` : result.code;

/** Reads a result from the URL; `undefined` if it is none. */
export function parseSignInResult(text: string): SignInResult | undefined {
  switch (text) {
    case 'ok':
    case 'sign_in_cancelled':
    case 'organization_not_allowed':
    case 'policy_denied':
      return { code: text };
    default: {
      const reason = SIGN_IN_FAILURES.find((one) => text === `sign_in_failed.${one}`);
      return reason === undefined ? undefined : { code: 'sign_in_failed', reason };
    }
  }
}

/** The signed-in user. */
export interface SessionUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly organization: { readonly id: string; readonly name: string };
}

/** Success answer of `POST {relay}/sign-out`. */
export interface SignOutResponse {
  /** Page of Genesys Cloud that ends the session there as well. Open it as a navigation. */
  readonly logoutUrl: string;
}
