import { RelayProblem } from '../reply/problem.ts';
import { safeText } from '../reply/safe-text.ts';
import type { RequestHead } from './request-head.ts';

/** Decides which pages may call the relay. */
export interface OriginGuard {
  /** The `Origin` of the request, if it is exactly the same as one on the list. */
  listed(head: RequestHead): string | undefined;
  /**
   * Refuses a page of another origin that is not on the list.
   *
   * @param ambient whether browsers send the credential with every request (cookie, loopback). Then the page must be of this host or
   *   on the list, and a request without `Origin` is checked more strictly
   * @throws RelayProblem `origin_not_allowed`
   */
  check(head: RequestHead, ambient: boolean): void;
  /**
   * The same for an ambient credential of a trusted proxy, which ends TLS: the page must be on the list, of this host
   * over https, or of the same origin according to `Sec-Fetch-Site`.
   *
   * @throws RelayProblem `origin_not_allowed`
   */
  checkProxied(head: RequestHead): void;
}

/** Builds the guard from the exact list of origins. There are no wildcards and no patterns. */
export function createOriginGuard(origins: readonly string[]): OriginGuard {
  const list = new Set(origins);

  const refuse = (what: string): never => {
    throw new RelayProblem(
      'origin_not_allowed',
      `Requests from ${what} are not allowed: 'cors.origins' of the relay does not list it.`,
      {
        hint: "If this page is one of yours, add its exact origin to 'cors.origins' of the relay: for `ng serve`, http://localhost:4200."
      }
    );
  };

  function listed(head: RequestHead): string | undefined {
    const origin = head.headers['origin'];
    return origin !== undefined && list.has(origin) && head.count('origin') === 1 ? origin : undefined;
  }

  return {
    listed,
    check(head, ambient) {
      const { headers, encrypted } = head;
      if (listed(head) !== undefined) return;
      const origin = headers['origin'];
      const site = headers['sec-fetch-site'];
      const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
      if (origin === undefined) {
        if (ambient && foreign) refuse('another site');
        return;
      }
      const host = headers['host'] ?? '';
      if (origin === `${encrypted ? 'https' : 'http'}://${host}` && !foreign) return;
      // If a proxy ends TLS or rewrites Host, only `Sec-Fetch-Site` of the browser is left. A page cannot forge it, but it does not
      // show DNS rebinding, so it is not enough for an ambient credential.
      const tlsEndedBefore = site === undefined && origin === `https://${host}`;
      const sameByBrowser = site === 'same-origin' && /^https?:\/\/[^/]+$/.test(origin);
      if (!ambient && (tlsEndedBefore || sameByBrowser)) return;
      refuse(`the origin '${safeText(origin)}'`);
    },
    checkProxied(head) {
      if (listed(head) !== undefined) return;
      const { headers } = head;
      const origin = headers['origin'];
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none') refuse('another site');
      if (origin === undefined || origin === `https://${headers['host'] ?? ''}`) return;
      // Over plain http browsers send no `Sec-Fetch-Site`, and a page may have bound its DNS name to the address of the proxy.
      if (site === 'same-origin' && /^https:\/\/[^/]+$/.test(origin)) return;
      refuse(`the origin '${safeText(origin)}'`);
    }
  };
}
