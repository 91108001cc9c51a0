import { createHash, randomBytes } from 'node:crypto';
import type { SandboxClient, SandboxClock } from '../options.ts';
import type { UserGrant } from '../tokens/user-grant.ts';

/** Maximum number of codes. The oldest are dropped. Used ones are kept, so that their reuse is noticed. */
const MAX_KEPT = 10_000;

/** The properties to which a code is bound. */
export interface CodeBinding {
  readonly grant: UserGrant;
  /** The value in the authorization request. */
  readonly redirectUri: string;
  /** S256 challenge of PKCE, if the request had one. */
  readonly challenge: string | undefined;
}

/** An attempt to redeem a code. */
export interface Redemption {
  readonly client: SandboxClient;
  readonly redirectUri: string;
  readonly verifier: string | undefined;
}

/** Authorization codes: single use, short-lived, bound to client, redirect URI and PKCE challenge. */
export class Codes {
  readonly #clock: SandboxClock;
  readonly #lifeMs: number;
  readonly #onReuse: (grant: UserGrant) => void;
  readonly #codes = new Map<string, CodeBinding & { readonly expiresAt: number; isUsed: boolean }>();

  /** @param onReuse called when a used code comes again, so that what it gave is revoked (RFC 6749 section 4.1.2) */
  constructor(clock: SandboxClock, lifeSeconds: number, onReuse: (grant: UserGrant) => void) {
    this.#clock = clock;
    this.#lifeMs = lifeSeconds * 1000;
    this.#onReuse = onReuse;
  }

  issue(binding: CodeBinding): string {
    const [oldest] = this.#codes.size < MAX_KEPT ? [] : this.#codes.keys();
    if (oldest !== undefined) this.#codes.delete(oldest);
    const code = randomBytes(32).toString('base64url');
    this.#codes.set(code, { ...binding, expiresAt: this.#clock.now() + this.#lifeMs, isUsed: false });
    return code;
  }

  /** The grant behind a code; `undefined` if it cannot be redeemed. An attempt of its client uses the code up. */
  redeem(code: string, { client, redirectUri, verifier }: Redemption): UserGrant | undefined {
    const found = this.#codes.get(code);
    if (found?.grant.client !== client) return undefined;
    if (found.isUsed) {
      this.#onReuse(found.grant);
      return undefined;
    }
    found.isUsed = true;
    const isRedeemed =
      found.expiresAt > this.#clock.now() &&
      found.redirectUri === redirectUri &&
      fitsChallenge(verifier, found.challenge);
    return isRedeemed ? found.grant : undefined;
  }
}

/** A verifier without a challenge is refused as well: somebody took the challenge out of the request (RFC 9700 section 4.8.2). */
function fitsChallenge(verifier: string | undefined, challenge: string | undefined): boolean {
  if (verifier === undefined || challenge === undefined) return verifier === challenge;
  return /^[\w.~-]{43,128}$/.test(verifier) && createHash('sha256').update(verifier).digest('base64url') === challenge;
}
