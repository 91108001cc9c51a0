import { RelayProblem } from '../reply/problem.ts';
import { safeText } from '../reply/safe-text.ts';
import type { RequestFacts } from './facts.ts';

/** Decides which pages may talk to the relay. */
export interface OriginGuard {
  /** The `Origin` of the request if it is on the list, character by character. */
  listed(facts: RequestFacts): string | undefined;
  /**
   * Refuses a page of another origin that is not on the list.
   *
   * @param ambient whether the credential comes with every request of a browser (cookie, loopback): then the page must
   *   prove to be of this very host or on the list, and a missing `Origin` is looked at twice
   * @throws RelayProblem `origin_not_allowed`
   */
  check(facts: RequestFacts, ambient: boolean): void;
  /**
   * The same for an ambient credential of a trusted proxy, which ends TLS: the page must be on the list, of this very host
   * over https, or of the same origin by the word of the browser.
   *
   * @throws RelayProblem `origin_not_allowed`
   */
  checkProxied(facts: RequestFacts): void;
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

  function listed(facts: RequestFacts): string | undefined {
    const origin = facts.headers['origin'];
    return origin !== undefined && list.has(origin) && facts.count('origin') === 1 ? origin : undefined;
  }

  return {
    listed,
    check(facts, ambient) {
      const { headers, encrypted } = facts;
      if (listed(facts) !== undefined) return;
      const origin = headers['origin'];
      const site = headers['sec-fetch-site'];
      const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
      if (origin === undefined) {
        if (ambient && foreign) refuse('another site');
        return;
      }
      const host = headers['host'] ?? '';
      if (origin === `${encrypted ? 'https' : 'http'}://${host}` && !foreign) return;
      // Behind a proxy that ends TLS or rewrites Host the browser's own word remains. It cannot be forged by a page, but
      // it says nothing about DNS rebinding, so it is not enough for a credential that is ambient.
      const tlsEndedBefore = site === undefined && origin === `https://${host}`;
      const sameByBrowser = site === 'same-origin' && /^https?:\/\/[^/]+$/.test(origin);
      if (!ambient && (tlsEndedBefore || sameByBrowser)) return;
      refuse(`the origin '${safeText(origin)}'`);
    },
    checkProxied(facts) {
      if (listed(facts) !== undefined) return;
      const { headers } = facts;
      const origin = headers['origin'];
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none') refuse('another site');
      if (origin === undefined || origin === `https://${headers['host'] ?? ''}`) return;
      // Over plain http no browser says which site a page is of, and a page may have bound its name to the proxy's address.
      if (site === 'same-origin' && /^https:\/\/[^/]+$/.test(origin)) return;
      refuse(`the origin '${safeText(origin)}'`);
    }
  };
}
