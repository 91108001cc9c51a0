import { errors } from 'undici';

/** Name of an unexpected `100 Continue` in details. */
export const UNEXPECTED_CONTINUE = 'unexpected 100 Continue';

/** The fix, for the hint of a problem. */
export const CONTINUE_FIX =
  'Turn it off at the server, proxy or gateway that sends 100 Continue to requests without "Expect: 100-continue".';

/**
 * Whether a request failed because the server sent `100 Continue`. RFC 9110 allows it, but undici closes the connection there
 * (`onHeadersComplete` in its `client-h1.js`, nodejs/undici#197), so the final answer cannot be read. Only the message shows it:
 * the code is that of any broken connection. undici uses the message in one other place, for bytes on an idle connection, where
 * no request fails.
 */
export const isUnexpectedContinue = (error: unknown): boolean =>
  error instanceof errors.SocketError && error.message === 'bad response';
