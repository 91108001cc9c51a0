import type { TokenResponse } from 'genesys-auth-protocol';
import { type Moment, since } from './moment';

/** A token in memory, with all that is known about it. */
export interface LiveToken {
  readonly token: string;
  /** The value of the `Authorization` header, made once. */
  readonly header: string;
  readonly scopes: ReadonlySet<string>;
  /** When it was asked for: its lifetime is counted from here, as the answer took some of it. */
  readonly asked: Moment;
  readonly lifetimeMs: number;
  /** Counts the calls to `clear()` before it: a token from before one is nobody's any more. */
  readonly era: number;
  /** Age at which it is renewed behind the requests it still serves. */
  readonly renewAtMs: number;
}

/** Longest lifetime that is believed, in seconds: the maximum of Genesys Cloud. Beyond some number there is no date. */
const MAX_LIFETIME_SECONDS = 172_800;

/**
 * Makes a token of the relay's answer.
 *
 * @param renewAheadMs how long before its end it is renewed, at most half of its life: a relay that hands out the same
 *   short-lived token again is then asked ever more rarely, not at each request
 */
export function liveToken(answer: TokenResponse, asked: Moment, era: number, renewAheadMs: number): LiveToken {
  const lifetimeMs = Math.min(answer.expires_in, MAX_LIFETIME_SECONDS) * 1000;
  return {
    token: answer.access_token,
    header: `Bearer ${answer.access_token}`,
    scopes: new Set(answer.scope.split(' ').filter(Boolean)),
    asked,
    era,
    lifetimeMs,
    renewAtMs: lifetimeMs - Math.min(renewAheadMs, lifetimeMs / 2)
  };
}

/** When it ends, by the wall clock, for people. */
export const expiryOf = ({ asked, lifetimeMs }: LiveToken): Date => new Date(asked.wall + lifetimeMs);

/** Whether it may still be sent. */
export const isLive = (token: LiveToken): boolean => since(token.asked) < token.lifetimeMs;
