import { randomBytes } from 'node:crypto';
import type { SandboxClient, SandboxClock } from '../options.ts';

/** An access token that was handed out. */
export interface LiveToken {
  readonly client: SandboxClient;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The API rate limit's current minute: when it began, and how many requests it has seen. */
  readonly window: { startedAt: number; requests: number };
}

/** Expired tokens are dropped whenever this many have been issued since the last sweep. */
const SWEEP_EVERY = 1000;

/** More live tokens than this, and the oldest die: a caller in a loop must not eat the memory. */
const MAX_LIVE = 100_000;

/** The access tokens that live: opaque, 86 url-safe characters, as Genesys' are. */
export class TokenStore {
  readonly #clock: SandboxClock;
  readonly #tokens = new Map<string, LiveToken>();
  #issuedSinceSweep = 0;
  /** Told when tokens were revoked. */
  onRevoked: () => void = () => undefined;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** Hands out a new token for `client`. `expiresIn` is in seconds. */
  issue(client: SandboxClient): { token: string; expiresIn: number } {
    if (++this.#issuedSinceSweep > SWEEP_EVERY) this.#sweep();
    const now = this.#clock.now();
    const seconds = client.accessTokenValiditySeconds ?? 86_400;
    const [oldest] = this.#tokens.size < MAX_LIVE ? [] : this.#tokens.keys();
    if (oldest !== undefined) this.#tokens.delete(oldest);
    const token = randomBytes(64).toString('base64url');
    this.#tokens.set(token, {
      client,
      expiresAt: now + seconds * 1000,
      window: { startedAt: now, requests: 0 }
    });
    // Genesys says 86399 for a token of a day.
    return { token, expiresIn: seconds - 1 };
  }

  /** The token's record while it lives, else `undefined`: expired, revoked and made-up tokens are one to a caller. */
  find(token: string): LiveToken | undefined {
    const live = this.#tokens.get(token);
    if (live === undefined || live.expiresAt > this.#clock.now()) return live;
    this.#tokens.delete(token);
    return undefined;
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
    this.onRevoked();
  }

  /** Revokes those whose record matches, and says how many. */
  revokeAll(matches: (live: LiveToken) => boolean = () => true): number {
    let revoked = 0;
    for (const [token, live] of this.#tokens) if (matches(live) && this.#tokens.delete(token)) revoked++;
    this.onRevoked();
    return revoked;
  }

  get size(): number {
    this.#sweep();
    return this.#tokens.size;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [token, live] of this.#tokens) if (live.expiresAt <= now) this.#tokens.delete(token);
    this.#issuedSinceSweep = 0;
  }
}
