import type { RequestHead } from '../guard/request-head.ts';
import { requireAuthHeader } from '../identify/auth-header.ts';
import { RelayProblem } from '../reply/problem.ts';
import { safeText } from '../reply/safe-text.ts';

/**
 * Refuses requests of foreign pages that a browser would authenticate with the cookie of a session. The page is compared with the
 * origins of the configuration, never with `Host`: a development server or a proxy may rewrite that.
 *
 * @param origins of the relay and of the pages that may call it
 */
export function createSessionGuard(origins: readonly string[]) {
  const list = new Set(origins);
  const refuse = (what: string): never => {
    throw new RelayProblem('origin_not_allowed', `Requests from ${what} are not allowed.`, {
      hint: "If this page is one of yours, add its exact origin to 'cors.origins' of the relay."
    });
  };
  /** @throws RelayProblem `origin_not_allowed`, `missing_auth_header` */
  return (head: RequestHead): void => {
    const origin = head.headers['origin'];
    const site = head.headers['sec-fetch-site'];
    if (origin === undefined) {
      // Browsers leave it out only when a page reads from its own origin.
      if (site !== undefined && site !== 'same-origin' && site !== 'none') refuse('another site');
    } else if (!list.has(origin) || head.count('origin') !== 1) {
      refuse(`the origin '${safeText(origin)}'`);
    }
    requireAuthHeader(head);
  };
}
