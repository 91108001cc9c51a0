import type { ProblemCode } from 'genesys-auth-protocol';
import { type ProblemDetails, RelayProblem } from '../reply/problem.ts';

/**
 * What a failure of the token endpoint means for the next attempt:
 * - `transient`: another attempt may help
 * - `client`: no request with this client will succeed until an operator acts
 * - `request`: this request will not succeed, another may
 * - `once`: neither tried again nor remembered
 */
export type FailureKind = 'transient' | 'client' | 'request' | 'once';

/** A failure of the token endpoint. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly problem: RelayProblem;
  readonly kind: FailureKind;
  /** `Retry-After` of the token endpoint in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: RelayProblem, kind: FailureKind, retryAfterMs?: number) {
    super(problem.message);
    this.problem = problem;
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Codes of RFC 6749 section 5.2 and related ones that may be shown to a caller. Nothing else of a body is shown. */
const VETTED = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'slow_down'
]);

const problem = (code: ProblemCode, message: string, hint: string, more: ProblemDetails = {}) =>
  new RelayProblem(code, message, { hint, ...more });

/** Milliseconds of a `Retry-After` header in either form, at most an hour; `undefined` if there is no valid one. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) || ms < 0 ? undefined : Math.min(ms, 3_600_000);
}

/** Pause in milliseconds when the token endpoint limits the rate without `Retry-After`. */
const RATE_LIMIT_PAUSE_MS = 5000;
/** The longest `Retry-After` that the relay obeys (T5), and therefore the longest one that it sends; milliseconds. */
export const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * Whether the token endpoint limits the rate of requests. Genesys Cloud answers 400 `invalid_request`; only the
 * text differs from that for a wrong request.
 */
export function isRateLimit(status: number, body: Record<string, unknown> | undefined): boolean {
  if (status === 429 || body?.['error'] === 'slow_down') return true;
  const words = [body?.['description'], body?.['error_description']];
  return (
    body?.['error'] === 'invalid_request' &&
    words.some((text) => typeof text === 'string' && /rate limit exceeded/i.test(text))
  );
}

function refusalOf(
  error: string | undefined,
  status: number,
  body: Record<string, unknown> | undefined,
  asked: string
) {
  const said = error ?? `HTTP status ${status}`;
  const what = (name: string) => `The token endpoint refused ${name} (${said}).`;
  switch (error) {
    case 'invalid_client': {
      // Genesys answers 400 "client not found" for an unknown id and 401 for a wrong secret.
      const unknown =
        status === 400 && [body?.['description'], body?.['error_description']].includes('client not found');
      const hint = unknown
        ? 'The client id is not known there: check the id (genesys.client.id) and the region, as a client exists in one region only.'
        : 'Check its secret (was it regenerated?), its id, and whether the client is enabled.';
      return new UpstreamError(
        problem('upstream_invalid_client', what('the OAuth client of the relay'), hint),
        'client'
      );
    }
    case 'unauthorized_client':
      return new UpstreamError(
        problem(
          'upstream_unauthorized_client',
          what('client credentials for this OAuth client'),
          "Set the grant type of the OAuth client to 'Client Credentials'."
        ),
        'client'
      );
    case 'unsupported_grant_type':
      return new UpstreamError(
        problem('upstream_refused', what('the grant type'), 'This OAuth server does not support client credentials.'),
        'client'
      );
    case 'invalid_scope':
      return new UpstreamError(
        problem(
          'upstream_invalid_scope',
          `${what('the scope')} Requested: ${asked || 'none'}.`,
          'Allow these scopes for the OAuth client, remove them from the relay, or set genesys.sendScope: false.',
          { scopes: asked === '' ? [] : asked.split(' ') }
        ),
        'request'
      );
    default:
      return undefined;
  }
}

/**
 * The code a caller may see, or `undefined`. Some servers answer `invalid_request` for a grant type that this
 * client may not use. Only the description shows it, and it is read only for that.
 */
function vettedCode(body: Record<string, unknown> | undefined): string | undefined {
  const code = body?.['error'];
  if (typeof code !== 'string' || !VETTED.has(code)) return undefined;
  const said = body?.['error_description'];
  const aboutGrant = typeof said === 'string' && /grant.?type.*not (?:allowed|authorized|permitted)/i.test(said);
  return code === 'invalid_request' && aboutGrant ? 'unauthorized_client' : code;
}

/** Turns an error answer of the token endpoint into a failure with a hint. Its body is not passed on. */
export function upstreamError(
  answer: { status: number; body: Record<string, unknown> | undefined; retryAfterMs: number | undefined },
  asked: readonly string[]
): UpstreamError {
  const { status, body } = answer;
  const error = vettedCode(body);
  const wait = answer.retryAfterMs;
  const toldMs = Math.min(wait ?? RATE_LIMIT_PAUSE_MS, LONGEST_RETRY_AFTER_MS);
  const retryAfterSeconds = Math.max(1, Math.ceil(toldMs / 1000));
  if (isRateLimit(status, body)) {
    const limited = problem(
      'upstream_rate_limited',
      'The token endpoint limits the rate of token requests.',
      'Wait, then try again.',
      { retryAfterSeconds }
    );
    return new UpstreamError(limited, 'transient', wait ?? RATE_LIMIT_PAUSE_MS);
  }
  const down = status >= 500 || status === 408 || status === 425;
  if (down || error === 'server_error' || error === 'temporarily_unavailable') {
    const failed = problem(
      'upstream_error',
      `The token endpoint failed (HTTP status ${status}).`,
      'Try again; if it lasts, look at the status page of the OAuth server.',
      { retryAfterSeconds }
    );
    return new UpstreamError(failed, 'transient', wait);
  }
  if (status >= 300 && status < 400) {
    const moved = problem(
      'upstream_refused',
      `The token endpoint redirects (HTTP status ${status}), which the relay does not follow with its secret.`,
      "Set 'tokenEndpoint' to the final URL, or check the region."
    );
    return new UpstreamError(moved, 'once');
  }
  const known = refusalOf(error ?? (status === 401 ? 'invalid_client' : undefined), status, body, asked.join(' '));
  if (known !== undefined) return known;
  const notThere = status === 404 || status === 405;
  const said = error ?? (status < 300 ? `an error with HTTP status ${status}` : `HTTP status ${status}`);
  return new UpstreamError(
    problem(
      'upstream_refused',
      `The token endpoint refused the request (${said}).`,
      notThere
        ? "There is no token endpoint at this URL: check 'tokenEndpoint' or the region."
        : 'Check the OAuth client, its scopes and its IP allow-list with the administrator of the OAuth server.'
    ),
    'once'
  );
}
