import type { TokenResponse } from 'genesys-auth-protocol';
import type { Age } from './moment';

/** A token in memory, with all that is known about it. */
export interface LiveToken {
  readonly token: string;
  /** The value of the `Authorization` header, made once. */
  readonly header: string;
  readonly scopes: ReadonlySet<string>;
  /** Since it was asked for: the answer took some of its lifetime. */
  readonly age: Age;
  readonly lifetimeMs: number;
  /** The number of calls to `clear()` before the token was obtained. A token of an earlier generation must not be used. */
  readonly generation: number;
  /** Age at which it is renewed behind the requests it still serves. */
  readonly renewAtMs: number;
}

/**
 * Makes a token of the relay's answer.
 *
 * @param renewAheadMs how long before its end it is renewed, at most half of its life: a relay that hands out the same
 *   short-lived token again is then asked ever more rarely, not at each request
 */
export function liveToken(
  { access_token: token, expires_in, scope }: TokenResponse,
  age: Age,
  generation: number,
  renewAheadMs: number
): LiveToken {
  /** Longest lifetime that is believed, in seconds: the maximum of Genesys Cloud. Beyond some number there is no date. */
  const MAX_LIFETIME_SECONDS = 172_800;
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

/** When it ends, by the wall clock, for people. */
export const expiryOf = ({ age, lifetimeMs }: LiveToken): Date => new Date(Date.now() + lifetimeMs - age());

/** Whether it may still be sent. */
export const isLive = (token: LiveToken | undefined): token is LiveToken => !!token && token.age() < token.lifetimeMs;
