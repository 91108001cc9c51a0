import { RelayProblem } from '../reply/problem.ts';
import { parseObject } from '../runtime/parse-object.ts';
import { lifetimeSeconds } from './lifetime.ts';

/** What the token endpoint granted. */
export interface Granted {
  readonly token: string;
  readonly lifetimeSeconds: number;
  /** The scopes the answer names, or `undefined` when it names none: then they are those asked for. */
  readonly scopes: readonly string[] | undefined;
}

const unusable = (what: string, hint: string) =>
  new RelayProblem('upstream_invalid_response', `The token endpoint answered with no usable token: ${what}.`, { hint });

const ENDPOINT_HINT = "Check that 'tokenEndpoint' is the URL of an OAuth token endpoint and no page stands before it.";

function grantedScopes(scope: unknown): readonly string[] | undefined {
  if (scope === undefined || scope === null) return undefined;
  const names = Array.isArray(scope) ? scope : typeof scope === 'string' ? scope.split(/[ \t\r\n]+/) : undefined;
  if (!names?.every((name) => typeof name === 'string')) {
    throw unusable('its scope is no text', 'RFC 6749 section 5.1 wants scopes as text with spaces between them.');
  }
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

/**
 * Whether the member `error` of an answer makes it a refusal, whatever else the answer holds: a success has no such member
 * (RFC 6749 sections 5.1 and 5.2). Some servers write members that they do not set as null or as an empty text.
 */
export const isError = (error: unknown): error is string => typeof error === 'string' && error !== '';

/**
 * Reads a success answer (RFC 6749 section 5.1). Members it does not know, a refresh token among them, are dropped.
 *
 * @throws RelayProblem `upstream_invalid_response`
 */
export function readTokenAnswer(text: string): Granted {
  const answer = parseObject(text);
  if (answer === undefined) throw unusable('it is no JSON object', ENDPOINT_HINT);
  const { access_token: token, token_type: type } = answer;
  if (typeof token !== 'string' || token === '') throw unusable('access_token is missing', ENDPOINT_HINT);
  // The token must fit a header as it is; anything else could split one.
  if (!/^[\x21-\x7E]+$/.test(token)) {
    throw unusable('access_token has characters that cannot stand in a header', ENDPOINT_HINT);
  }
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw unusable('token_type is not Bearer', 'Let the OAuth server issue bearer tokens (RFC 6750) for this client.');
  }
  return { token, lifetimeSeconds: lifetimeSeconds(answer['expires_in']), scopes: grantedScopes(answer['scope']) };
}
