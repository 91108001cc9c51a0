import { randomBytes } from 'node:crypto';
import type { SandboxClient, SandboxClock } from '../options.ts';
import type { UserGrant } from './user-grant.ts';

/** More refresh tokens than this, and the oldest are forgotten: a caller in a loop must not eat the memory. */
const MAX_KEPT = 100_000;

interface RefreshToken {
  readonly grant: UserGrant;
  readonly expiresAt: number;
  isReplaced: boolean;
}

/** Refresh tokens: opaque, bound to the client. Replaced ones are kept, so that their reuse is noticed. */
export class RefreshTokens {
  readonly #clock: SandboxClock;
  readonly #lifeMs: number;
  readonly #tokens = new Map<string, RefreshToken>();

  constructor(clock: SandboxClock, lifeSeconds: number) {
    this.#clock = clock;
    this.#lifeMs = lifeSeconds * 1000;
  }

  issue(grant: UserGrant): string {
    const [oldest] = this.#tokens.size < MAX_KEPT ? [] : this.#tokens.keys();
    if (oldest !== undefined) this.#tokens.delete(oldest);
    const token = randomBytes(64).toString('base64url');
    this.#tokens.set(token, { grant, expiresAt: this.#clock.now() + this.#lifeMs, isReplaced: false });
    return token;
  }

  /** The record of a client's token while it lives. Another client's token is unknown to it. */
  find(token: string, client: SandboxClient): Readonly<RefreshToken> | undefined {
    const found = this.#tokens.get(token);
    return found?.grant.client === client && found.expiresAt > this.#clock.now() ? found : undefined;
  }

  markReplaced(token: string): void {
    const found = this.#tokens.get(token);
    if (found !== undefined) found.isReplaced = true;
  }

  /** Revokes the tokens of matching grants. */
  revoke(matches: (grant: UserGrant) => boolean): void {
    for (const [token, { grant }] of this.#tokens) if (matches(grant)) this.#tokens.delete(token);
  }
}
