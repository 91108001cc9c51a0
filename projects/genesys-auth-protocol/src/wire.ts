import { type ProblemCode, isProblemCode } from './problems.ts';
import { SIGN_IN_FAILURES, type SessionUser, type SignInFailure } from './sign-in.ts';

/** The path of tokens, relative to where the relay is mounted. */
export const TOKEN_PATH = '/token';
/** The path of the caller's session, relative to where the relay is mounted. */
export const SESSION_PATH = '/session';

/** Paths of the relay, relative to where it is mounted. */
export const RELAY_PATHS = {
  token: TOKEN_PATH,
  session: SESSION_PATH,
  api: '/api/v2',
  notifications: '/notifications',
  ticket: '/notifications/ticket',
  // Not `SIGN_IN_PATHS.signIn`: a bundler would keep both objects in apps that use neither.
  signIn: '/sign-in',
  signInCallback: '/sign-in/callback',
  signOut: '/sign-out'
} as const;

/**
 * The header that a caller with an ambient credential (cookie, proxy header, loopback) must send: a foreign page cannot
 * add it without a CORS preflight, which is the CSRF defence.
 */
export const GENESYS_AUTH_HEADER = 'X-Genesys-Auth';
/** The only value of {@link GENESYS_AUTH_HEADER}. */
export const GENESYS_AUTH_HEADER_VALUE = '1';

/** Body of `POST {relay}/token` as JSON. */
export interface TokenRequest {
  /** Scopes the caller must get, or the request fails. */
  readonly scopes?: readonly string[];
  /** Scopes the caller gets if the policy allows them. */
  readonly optionalScopes?: readonly string[];
  /** Lower-case hex SHA-256 of a token that the API answered with 401. */
  readonly rejected?: string;
  /** Whether the answer names the caller. */
  readonly caller?: boolean;
}

/** Success answer of `POST {relay}/token` (RFC 6749 section 5.1). */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds the caller may use the token, counted from its request. */
  readonly expires_in: number;
  /** Granted scopes, separated by single spaces. */
  readonly scope: string;
  /** The caller, if the request asked for it: the same text as in {@link SessionResponse}. */
  readonly caller?: string;
}

/** How the relay identified the caller. */
export type IdentityType = 'jwt' | 'apiKey' | 'proxyHeader' | 'loopback' | 'dev' | 'session' | 'genesysToken';

/** Success answer of `GET {relay}/session`. It never holds a token. */
export interface SessionResponse {
  /** Who is calling, as the identity source names them. */
  readonly subject: string;
  /** An opaque name that no two callers of a relay share, across all identity sources. Older relays do not send it. */
  readonly caller?: string;
  readonly identity: IdentityType;
  readonly roles: readonly string[];
  /** Scopes the caller may ask for. */
  readonly scopes: readonly string[];
  /** Scopes of a token if the request names none. */
  readonly defaultScopes: readonly string[];
  /** Domain of the Genesys Cloud region, or `null` when explicit endpoints are configured. */
  readonly region: string | null;
  readonly apiOrigin: string;
  readonly mode: 'token' | 'proxy';
  /** The signed-in user, or `null` when nobody is signed in. Only a relay with `signIn` sends it, and for the identity `session` only. */
  readonly user?: SessionUser | null;
  /** Value of the header `X-Genesys-Session`: the same whenever the same user signs in. Comes with `user`. */
  readonly session?: string;
  /** When the session ends at the latest, as an ISO 8601 time, if somebody is signed in. */
  readonly expiresAt?: string;
  /** URL that signs a user in, as a navigation. Comes with `user`. */
  readonly signInUrl?: string;
}

/** An error answer, `application/problem+json` (RFC 9457). */
export interface Problem {
  /** `urn:genesys-auth:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** What happened, for people. */
  readonly detail: string;
  /** What to do next, for people. */
  readonly hint?: string;
  /** `urn:uuid:` and the relay's request id. */
  readonly instance?: string;
  /** The scopes the problem is about. */
  readonly scopes?: readonly string[];
  /** The nearest registered scope to the first of `scopes`. */
  readonly nearest?: string;
  /** URL that signs a user in, on `sign_in_required` and `session_ended`. */
  readonly signInUrl?: string;
  /** Why sign-in failed, on `sign_in_failed`. */
  readonly reason?: SignInFailure;
  /** RFC 6749 section 5.2 code, on `/token` only. */
  readonly error?: string;
  /** Same text as `detail`, on `/token` only. */
  readonly error_description?: string;
}

/** Whether a value is an object with keys. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isString = (value: unknown): value is string => typeof value === 'string';

const isOptionalText = (value: unknown): boolean => value === undefined || isString(value);

const isStringList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString);

/**
 * Whether an answer is a usable token response: a non-empty token that can stand in a header, type `Bearer` in any
 * case, a lifetime above zero, and the granted scopes.
 */
export function isTokenResponse(value: unknown): value is TokenResponse {
  if (!isRecord(value)) return false;
  const { access_token: token, token_type: type, expires_in: expiresIn, scope, caller } = value;
  return (
    isString(token) &&
    token !== '' &&
    !/[^!-~]/.test(token) &&
    isString(type) &&
    /^bearer$/i.test(type) &&
    typeof expiresIn === 'number' &&
    expiresIn > 0 &&
    expiresIn < Infinity &&
    isString(scope) &&
    isOptionalText(caller)
  );
}

const isNamed = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && isString(value['id']) && isString(value['name']);

const isUser = (value: unknown): boolean =>
  isNamed(value) && isString(value['email']) && isNamed(value['organization']);

const isTime = (value: unknown): boolean => isString(value) && !Number.isNaN(Date.parse(value));

/** Whether an answer is a session response. */
export function isSessionResponse(value: unknown): value is SessionResponse {
  return (
    isRecord(value) &&
    isString(value['subject']) &&
    isOptionalText(value['caller']) &&
    isStringList(value['roles']) &&
    isStringList(value['scopes']) &&
    isStringList(value['defaultScopes']) &&
    (value['region'] === null || isString(value['region'])) &&
    isString(value['apiOrigin']) &&
    (value['mode'] === 'token' || value['mode'] === 'proxy') &&
    (value['user'] === undefined || value['user'] === null || isUser(value['user'])) &&
    isOptionalText(value['session']) &&
    (value['expiresAt'] === undefined || isTime(value['expiresAt'])) &&
    isOptionalText(value['signInUrl'])
  );
}

/** Whether an answer is a problem of the relay, with a code this version knows. */
export function isProblem(value: unknown): value is Problem {
  return (
    isRecord(value) &&
    isString(value['code']) &&
    isProblemCode(value['code']) &&
    typeof value['status'] === 'number' &&
    isString(value['detail']) &&
    isOptionalText(value['hint']) &&
    (value['scopes'] === undefined || isStringList(value['scopes'])) &&
    isOptionalText(value['nearest']) &&
    isOptionalText(value['signInUrl']) &&
    (value['reason'] === undefined || SIGN_IN_FAILURES.some((reason) => reason === value['reason']))
  );
}
