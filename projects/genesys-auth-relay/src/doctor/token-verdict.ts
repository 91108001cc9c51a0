import { errorCode } from '../runtime/error-code.ts';
import { UNEXPECTED_CONTINUE } from '../runtime/unexpected-continue.ts';
import { type Granted, isError, readTokenAnswer } from '../token-source/token-answer.ts';
import { isRateLimit } from '../token-source/upstream-error.ts';
import type { Cause } from './causes.ts';
import type { Answer, NoAnswer } from './http-client.ts';

/** The meaning of an answer of the token endpoint. */
export type TokenVerdict =
  { readonly kind: 'granted'; readonly granted: Granted } | { readonly kind: 'refused'; readonly cause: Cause };

const refused = (cause: Cause): TokenVerdict => ({ kind: 'refused', cause });

/** The cause of a missing answer. */
export function networkCause({ timedOut, code = '' }: NoAnswer): Cause {
  if (timedOut) return 'host_timeout';
  if (code === UNEXPECTED_CONTINUE) return 'unexpected_continue';
  if (code === 'PROXY_UNREACHABLE') return 'proxy_unreachable';
  if (code === 'PROXY_AUTHENTICATION') return 'proxy_authentication';
  if (code === 'PROXY_REFUSED') return 'proxy_refused';
  return /CERT|TLS|SSL|SELF_SIGNED|VERIFY|ALTNAME/.test(errorCode({ code }) ?? '') ? 'tls_failed' : 'host_unreachable';
}

/** Whether a connection ended as when the server does not accept the certificate of the client. */
export const isAboutUs = ({ timedOut, code = '' }: NoAnswer): boolean =>
  !timedOut && /ALERT|ECONNRESET|EPIPE|UND_ERR_SOCKET/.test(code);

/** The description of an error answer, from either member. */
export function descriptionOf({ body }: Answer): string {
  return [body?.['description'], body?.['error_description']].find((text) => typeof text === 'string') ?? '';
}

function invalidClient(status: number, description: string): TokenVerdict {
  if (/\b(?:disabled|inactive|deactivated|not active|suspended)\b/i.test(description))
    return refused('client_disabled');
  // Genesys answers 400 to an unknown id and 401 to a wrong secret. The description confirms it.
  if (status === 400 && /not found|unknown/i.test(description)) return refused('unknown_client_or_region');
  if (status === 401) return refused('secret_wrong_or_rotated');
  return refused('answer_does_not_tell');
}

function invalidRequest(description: string): TokenVerdict {
  if (/x-www-form-urlencoded|content.?type/i.test(description)) return refused('content_type_lost');
  if (/grant.?type.*not (?:allowed|authorized|permitted)/i.test(description)) return refused('wrong_grant_type');
  return refused('answer_does_not_tell');
}

function granted(answer: Answer): TokenVerdict {
  try {
    return { kind: 'granted', granted: readTokenAnswer(answer.text) };
  } catch {
    return refused('not_a_token_endpoint');
  }
}

/** The cause of a refusal without an OAuth error. */
function withoutError({ status, body, text }: Answer): Cause {
  if (status === 404 || status === 405) return 'not_a_token_endpoint';
  if (status === 401 && body !== undefined) return 'secret_wrong_or_rotated';
  const isPage = body === undefined && text !== '';
  return status === 401 || (isPage && status !== 403) ? 'not_a_token_endpoint' : 'answer_does_not_tell';
}

/** Judges an answer of the token endpoint. */
export function judgeToken(answer: Answer): TokenVerdict {
  const { status, body } = answer;
  const error = body?.['error'];
  if (isRateLimit(status, body)) return refused('rate_limited');
  if (body?.['code'] === 'ip.not.authorized') return refused('address_not_allowed');
  if (status >= 300 && status < 400) return refused('redirected');
  if (status >= 500 || error === 'server_error' || error === 'temporarily_unavailable') return refused('server_failed');
  if (status === 415) return refused('content_type_lost');
  const description = descriptionOf(answer);
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && isError(error)) return refused('error_in_success');
  switch (isError(error) ? error : undefined) {
    case 'invalid_client':
      return invalidClient(status, description);
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return refused('wrong_grant_type');
    case 'invalid_request':
      return invalidRequest(description);
    case 'invalid_scope':
      return refused('scope_refused');
    case undefined:
      return isSuccess ? granted(answer) : refused(withoutError(answer));
    default:
      return refused('answer_does_not_tell');
  }
}
