import { RelayProblem } from '../reply/problem.ts';
import { parseObject } from '../runtime/parse-object.ts';
import { lifetimeSeconds } from './lifetime.ts';

/** A token and the scopes that the token endpoint granted. */
export interface Granted {
  readonly token: string;
  readonly lifetimeSeconds: number;
  /** The scopes in the answer; `undefined` when it names none, which means those that were requested. */
  readonly scopes: readonly string[] | undefined;
}

const unusable = (what: string, hint: string) =>
  new RelayProblem('upstream_invalid_response', `The token endpoint answered without a usable token: ${what}.`, {
    hint
  });

const ENDPOINT_HINT =
  "Check that 'tokenEndpoint' is the URL of an OAuth token endpoint and that no login page is in front of it.";

function grantedScopes(scope: unknown): readonly string[] | undefined {
  if (scope === undefined || scope === null) return undefined;
  const names = Array.isArray(scope) ? scope : typeof scope === 'string' ? scope.split(/[ \t\r\n]+/) : undefined;
  if (!names?.every((name) => typeof name === 'string')) {
    throw unusable(
      'its scope is not a string',
      'RFC 6749 section 5.1 requires a string with spaces between the scopes.'
    );
  }
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

/**
 * Whether the member `error` of an answer makes it a refusal, whatever else the answer holds: a success has no such member
 * (RFC 6749 sections 5.1 and 5.2). Some servers send members without a value as null or as an empty string.
 */
export const isError = (error: unknown): error is string => typeof error === 'string' && error !== '';

/**
 * Reads a success answer (RFC 6749 section 5.1). Members it does not know, a refresh token among them, are dropped.
 *
 * @throws RelayProblem `upstream_invalid_response`
 */
export function readTokenAnswer(text: string): Granted {
  const answer = parseObject(text);
  if (answer === undefined) throw unusable('it is not a JSON object', ENDPOINT_HINT);
  const { access_token: token, token_type: type } = answer;
  if (typeof token !== 'string' || token === '') throw unusable('access_token is missing', ENDPOINT_HINT);
  // The token must be a valid header value: other characters could split the header.
  if (!/^[\x21-\x7E]+$/.test(token)) {
    throw unusable('access_token has characters that are not allowed in a header', ENDPOINT_HINT);
  }
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw unusable('token_type is not Bearer', 'Let the OAuth server issue bearer tokens (RFC 6750) for this client.');
  }
  return { token, lifetimeSeconds: lifetimeSeconds(answer['expires_in']), scopes: grantedScopes(answer['scope']) };
}
