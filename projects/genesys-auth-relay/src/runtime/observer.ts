import type { IdentityType, ProblemCode, SignInFailure, SignInResult } from 'genesys-auth-protocol';

/**
 * How the token source served a request:
 * - `fresh`: a live token, at once
 * - `behind`: a live token, at once, while its renewal is due or runs in the background
 * - `waited`: the caller waited for the token endpoint or the store
 * - `failed`: there was no live token, and none could be obtained
 */
export type TokenServed = 'fresh' | 'behind' | 'waited' | 'failed';

/**
 * Events of the store that several relays share:
 * - `adopted`: this relay uses a token that another one has obtained
 * - `written`: a token was stored for the other relays
 * - `lease`: this relay got the lease, the right to ask the token endpoint for all
 * - `lease_wait`: another relay has the lease; this one waits for its token
 * - `lease_taken`: the holder took too long, and this relay took the lease over
 * - `store_reject`: an entry could not be opened or was not valid, and was not used
 * - `degraded`: the store does not answer; each relay obtains its own tokens
 * - `recovered`: the store answers again
 * - `closed`: the relay was closed or reloaded while the store did not answer
 */
export type StoreEvent =
  'adopted' | 'written' | 'lease' | 'lease_wait' | 'lease_taken' | 'store_reject' | 'degraded' | 'recovered' | 'closed';

/** The result of a request. Every member comes from a short fixed list, whatever the caller sends. */
export interface AnsweredRequest {
  /** A path of the relay, `other` for unknown paths, `none` for a malformed URL or input that is not HTTP. */
  readonly route: string;
  /** Status of the answer. */
  readonly status: number;
  /** Code of the problem, if the answer was one. */
  readonly code?: ProblemCode | undefined;
  /** Identity of the caller, if it was identified. */
  readonly identity?: IdentityType | undefined;
}

/**
 * Figures of a notification hub. The observer gets the change since the last report, and adds it up. So one observer can watch
 * several hubs, and hubs can start and stop.
 */
export interface HubFigures {
  readonly clients: number;
  readonly topics: number;
  /** Genesys channels that are open. */
  readonly channels: number;
  /** Events received, without duplicates. */
  readonly events: number;
  readonly duplicates: number;
  /** Events multiplied by the clients that got them. */
  readonly deliveries: number;
  /** Gaps that were reported to clients. */
  readonly gaps: number;
}

/**
 * The role of a relay's hub among the relays that share a store:
 * - `starting`: it does not know yet whether another relay leads
 * - `following`: it gets events from the leader
 * - `leading`: it holds the lease and listens to Genesys Cloud for all
 * - `alone`: it cannot use the store, and listens to Genesys Cloud for itself
 * - `handing-over`: another relay leads; it listens for itself until the leader serves all its topics
 */
export type HubRole = 'starting' | 'following' | 'leading' | 'alone' | 'handing-over';

/**
 * Why a session of a user ended:
 * - `signed_out`: the user signed out
 * - `replaced`: the same browser signed in again
 * - `idle`: it was not used for too long
 * - `expired`: it reached its longest time, or the end of a token that cannot be refreshed
 * - `token_refused`: Genesys Cloud refused the token, and no new one could help: there is no refresh token, the new token was refused as
 *   well, or Genesys Cloud no longer shows the user
 * - `refresh_refused`: Genesys Cloud refused the refresh token
 * - `not_allowed`: the configuration no longer allows the organization of the user, or has another OAuth client
 */
export type SessionEnd =
  'signed_out' | 'replaced' | 'idle' | 'expired' | 'token_refused' | 'refresh_refused' | 'not_allowed';

/** Receives the events of a relay, for metrics. They never hold a token, a secret or the name of a caller. */
export interface RelayObserver {
  /** A request was answered, after this many seconds. */
  requestAnswered?(request: AnsweredRequest, seconds: number): void;
  /** One request to the token endpoint has ended: `ok` or the code of the problem, after this many seconds. */
  tokenRequest?(outcome: 'ok' | ProblemCode, seconds: number): void;
  /** The token source has served a request; `waitedMs` is the time that the caller waited for it, in milliseconds. */
  tokenServed?(how: TokenServed, waitedMs: number): void;
  /** The relay asked the API about a token of an OAuth client or of a user that the API had refused: `refused` is the answer. */
  tokenVerified?(refused: boolean): void;
  /** The API answered a forwarded call, after this many seconds; `client` is the name of an OAuth client, or `user` for a user's token. */
  apiAnswered?(client: string, status: number, seconds: number): void;
  /** A call waited this many milliseconds, because the requests that the API allows its token in a minute were spent. */
  apiQueued?(client: string, waitedMs: number): void;
  /** A call was sent again with a new token, after the API had refused the old one. */
  apiReplayed?(client: string): void;
  /** A call got the answer to an identical one. */
  apiCoalesced?(client: string): void;
  /** A user returned from Genesys Cloud: the code of the result, or the reason of a failure. */
  signedIn?(outcome: Exclude<SignInResult['code'], 'sign_in_failed'> | SignInFailure): void;
  /** The session of a user ended. */
  sessionEnded?(why: SessionEnd): void;
  /** A request to the token endpoint for tokens of a user has ended, after this many seconds. */
  userTokenRequest?(grant: 'code' | 'refresh', outcome: 'ok' | SignInFailure, seconds: number): void;
  /** An event of the shared store. */
  storeEvent?(kind: StoreEvent): void;
  /** The changed figures of a notification hub, once a second and when it closes. */
  hub?(figures: HubFigures): void;
  /** A hub that shares a store has changed its role. `before` is `undefined` when it starts, and `role` when it closes. */
  hubRole?(role: HubRole | undefined, before: HubRole | undefined): void;
  /** A new configuration or a changed secret was applied, or it was refused and the old one stays in use. */
  reloaded?(what: 'config' | 'secret', outcome: 'applied' | 'refused'): void;
}
