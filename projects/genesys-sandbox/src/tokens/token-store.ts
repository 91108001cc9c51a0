import { randomBytes } from 'node:crypto';
import type { SandboxClient, SandboxClock } from '../options.ts';
import { permissionsOf } from '../users/user.ts';
import type { UserGrant } from './user-grant.ts';

/** An access token that was handed out. */
export interface LiveToken {
  readonly client: SandboxClient;
  /** The sign-in of the user it acts for; `undefined` for client credentials. */
  readonly grant: UserGrant | undefined;
  /** Permissions of the user's roles, or of the client's with client credentials. */
  readonly permissions: readonly string[] | 'all';
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The API rate limit's current minute: when it began, and how many requests it has seen. */
  readonly window: { startedAt: number; requests: number };
  /** When it was last used, milliseconds since the epoch: the inactivity timeout counts from here. */
  usedAt: number;
}

/** Whether two tokens act for the same user and client. */
export function sameOwner(one: LiveToken, other: LiveToken): boolean {
  return one.client === other.client && one.grant?.user === other.grant?.user;
}

/** Expired tokens are dropped whenever this many have been issued since the last sweep. */
const SWEEP_EVERY = 1000;

/** More live tokens than this, and the oldest die: a caller in a loop must not eat the memory. */
const MAX_LIVE = 100_000;

/** The access tokens that live: opaque, 86 url-safe characters, as Genesys' are. */
export class TokenStore {
  readonly #clock: SandboxClock;
  readonly #inactivityMs: number;
  readonly #tokens = new Map<string, LiveToken>();
  #issuedSinceSweep = 0;
  /** Told when tokens were revoked. */
  onRevoked: () => void = () => undefined;

  /** @param inactivitySeconds how long a user's token lives without being used; default: as long as any token */
  constructor(clock: SandboxClock, inactivitySeconds = Infinity) {
    this.#clock = clock;
    this.#inactivityMs = inactivitySeconds * 1000;
  }

  /** Issues a new token for `client`, or for the user who signed in. `expiresIn` is in seconds. */
  issue(client: SandboxClient, grant?: UserGrant): { token: string; expiresIn: number } {
    if (++this.#issuedSinceSweep > SWEEP_EVERY) this.#sweep();
    const now = this.#clock.now();
    const seconds = client.accessTokenValiditySeconds ?? 86_400;
    const [oldest] = this.#tokens.size < MAX_LIVE ? [] : this.#tokens.keys();
    if (oldest !== undefined) this.#tokens.delete(oldest);
    const token = randomBytes(64).toString('base64url');
    this.#tokens.set(token, {
      client,
      grant,
      permissions: grant === undefined ? (client.permissions ?? 'all') : permissionsOf(grant.user),
      usedAt: now,
      expiresAt: now + seconds * 1000,
      window: { startedAt: now, requests: 0 }
    });
    // Genesys says 86399 for a token of a day.
    return { token, expiresIn: seconds - 1 };
  }

  /** The token's record while it lives, else `undefined`: expired, revoked and made-up tokens are one to a caller. */
  find(token: string): LiveToken | undefined {
    const live = this.#tokens.get(token);
    if (live === undefined || this.#endOf(live) > this.#clock.now()) return live;
    this.#tokens.delete(token);
    return undefined;
  }

  /** When a token ends unless it is used, milliseconds since the epoch; `undefined` without an inactivity timeout. */
  idlesAt(live: LiveToken): number | undefined {
    return live.grant === undefined || this.#inactivityMs === Infinity ? undefined : live.usedAt + this.#inactivityMs;
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
    for (const [token, live] of this.#tokens) if (this.#endOf(live) <= now) this.#tokens.delete(token);
    this.#issuedSinceSweep = 0;
  }

  #endOf(live: LiveToken): number {
    return Math.min(live.expiresAt, this.idlesAt(live) ?? Infinity);
  }
}
