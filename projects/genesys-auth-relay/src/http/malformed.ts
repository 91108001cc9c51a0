import { RelayProblem } from '../reply/problem.ts';

/** Characters a URL may have; a token request has a short one, and servers before us stop at about as much. */
export const MAX_URL_LENGTH = 8192;

/** What Node's parser and Fastify's router say of a request that never becomes one, in the relay's words. */
export function malformed(code?: string): RelayProblem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RelayProblem('headers_too_large', 'The headers of the request are too large.', {
        hint: 'Send fewer or shorter ones; cookies of other apps on this host are the usual cause.'
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RelayProblem('request_timeout', 'The request did not come to its end in time.', {
        hint: 'Send it again, at once and whole.'
      });
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'uri_too_long':
      return new RelayProblem('uri_too_long', `The URL has more than ${MAX_URL_LENGTH} characters.`, {
        hint: 'Put what is long into the body.'
      });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RelayProblem('body_too_large', 'The chunk extensions of the body are too large.');
    default:
      return new RelayProblem('invalid_request', 'The request is not well-formed HTTP.', {
        hint: 'Check the HTTP client.'
      });
  }
}
