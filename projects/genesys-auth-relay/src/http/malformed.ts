import { RelayProblem } from '../reply/problem.ts';

/** Maximum length of a URL in characters. Load balancers in front of the relay have similar limits. */
export const MAX_URL_LENGTH = 8192;

/**
 * The problem of a request that is not well-formed.
 *
 * @param code error code of Node's parser
 */
export function malformed(code?: string): RelayProblem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RelayProblem('headers_too_large', 'The headers of the request are too large.', {
        hint: 'Send fewer or shorter ones; cookies of other apps on this host are the usual cause.'
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RelayProblem('request_timeout', 'The request was not complete in time.', {
        hint: 'Send the whole request again, without pauses.'
      });
    case 'uri_too_long':
      return new RelayProblem('uri_too_long', `The URL has more than ${MAX_URL_LENGTH} characters.`, {
        hint: 'Move long parameters to the body.'
      });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RelayProblem('body_too_large', 'The chunk extensions of the body are too large.');
    default:
      return new RelayProblem('invalid_request', 'The request is not well-formed HTTP.', {
        hint: 'Check the HTTP client.'
      });
  }
}
