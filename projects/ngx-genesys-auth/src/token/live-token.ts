import type { TokenResponse } from 'genesys-auth-protocol';
import type { Age } from './stopwatch';

/** Upper bound of `expires_in`: the longest lifetime of a token of Genesys Cloud, 48 h. A larger value could overflow `Date`. */
const MAX_LIFETIME_SECONDS = 172_800;

/** A token in memory, with everything that is known about it. */
export interface LiveToken {
  readonly token: string;
  /** The value of the `Authorization` header, made once. */
  readonly header: string;
  readonly scopes: ReadonlySet<string>;
  /** The time since the token was asked for. It includes the time that the answer took. */
  readonly age: Age;
  readonly lifetimeMs: number;
  /** The number of calls to `clear()` before the token was obtained. A token of an earlier generation must not be used. */
  readonly generation: number;
  /** The age from which a request that uses the token also renews it in the background. */
  readonly renewAtMs: number;
}

/**
 * Creates a token from the relay's answer.
 *
 * @param renewAheadMs how long before it expires the token is renewed; at most half of its lifetime, so that a relay that issues
 *   the same token again until it expires is not called by each request
 */
export function liveToken(
  { access_token: token, expires_in, scope }: TokenResponse,
  age: Age,
  generation: number,
  renewAheadMs: number
): LiveToken {
  const lifetimeMs = Math.min(expires_in, MAX_LIFETIME_SECONDS) * 1000;
  return {
    token,
    header: `Bearer ${token}`,
    scopes: new Set(scope.split(' ').filter(Boolean)),
    age,
    generation,
    lifetimeMs,
    renewAtMs: lifetimeMs - Math.min(renewAheadMs, lifetimeMs / 2)
  };
}

/** When the token expires, by the wall clock. For display only. */
export const expiryOf = ({ age, lifetimeMs }: LiveToken): Date => new Date(Date.now() + lifetimeMs - age());

/** Whether the token has not expired. */
export const isLive = (token: LiveToken | undefined): token is LiveToken => !!token && token.age() < token.lifetimeMs;
