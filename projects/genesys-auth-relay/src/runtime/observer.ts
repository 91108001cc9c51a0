import type { IdentityType, ProblemCode, SignInFailure, SignInResult } from 'genesys-auth-protocol';

/**
 * How the token source served a request:
 * - `fresh`: a live token, at once
 * - `behind`: a live token, at once, while its renewal is due or runs behind
 * - `waited`: the caller waited for the token endpoint or the store
 * - `failed`: there was no live token and none to be had
 */
export type TokenServed = 'fresh' | 'behind' | 'waited' | 'failed';

/**
 * What happened with the store that several relays share:
 * - `adopted`: a token another relay obtained was taken over
 * - `written`: a token was put there for the others
 * - `lease`: this relay won the right to ask the token endpoint for all
 * - `lease_wait`: another relay has it; this one waits for its token
 * - `lease_taken`: the other one took too long, this relay took the right over
 * - `store_reject`: an entry could not be opened or made no sense, and was not used
 * - `degraded`: the store does not answer; each relay goes on by itself
 * - `recovered`: it answers again
 * - `closed`: it did not answer until the relay that went on by itself was closed, or took over another configuration
 */
export type StoreEvent =
  'adopted' | 'written' | 'lease' | 'lease_wait' | 'lease_taken' | 'store_reject' | 'degraded' | 'recovered' | 'closed';

/** How a request of a caller ended. Every member is of a short fixed list, whatever the caller sends. */
export interface AnsweredRequest {
  /** A path of the relay, `other` for those it does not have, `none` for what was no request at all. */
  readonly route: string;
  /** Status of the answer. */
  readonly status: number;
  /** Code of the problem, if it was one. */
  readonly code?: ProblemCode | undefined;
  /** How the caller was known, if it was. */
  readonly identity?: IdentityType | undefined;
}

/**
 * What has changed in a notification hub since it was last told of; to be added to what was told before. So the same observer
 * can watch several hubs, and hubs that come and go.
 */
export interface HubFigures {
  readonly clients: number;
  readonly topics: number;
  /** Genesys channels that are open. */
  readonly channels: number;
  /** Events that came, without those that came twice. */
  readonly events: number;
  readonly duplicates: number;
  /** Events times the clients that wanted them. */
  readonly deliveries: number;
  /** Gaps that were reported to clients. */
  readonly gaps: number;
}

/**
 * What a relay's hub does among the relays that share a store:
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
 * - `token_refused`: Genesys Cloud refused the token, and there is no refresh token
 * - `refresh_refused`: Genesys Cloud refused the refresh token
 * - `not_allowed`: the configuration no longer allows the organization of the user, or has another OAuth client
 */
export type SessionEnd =
  'signed_out' | 'replaced' | 'idle' | 'expired' | 'token_refused' | 'refresh_refused' | 'not_allowed';

/** Watches a relay at work, for metrics. Nothing it is told holds a token, a secret or a name of a caller. */
export interface RelayObserver {
  /** A request of a caller was answered, after so many seconds. */
  requestAnswered?(request: AnsweredRequest, seconds: number): void;
  /** One request to the token endpoint has ended: `ok` or the code of the problem, after so many seconds. */
  tokenRequest?(outcome: 'ok' | ProblemCode, seconds: number): void;
  /** The token source has served a request; `waitedMs` is what the caller waited there, in milliseconds. */
  tokenServed?(how: TokenServed, waitedMs: number): void;
  /** The API was asked about a token that a caller reported. */
  tokenVerified?(refused: boolean): void;
  /** The API answered a call that was passed on, after so many seconds; `client` is a name of the configuration. */
  apiAnswered?(client: string, status: number, seconds: number): void;
  /** A call waited for its turn in the budget of its client, in milliseconds. */
  apiQueued?(client: string, waitedMs: number): void;
  /** A call was sent again with a new token, after the API had refused the old one. */
  apiReplayed?(client: string): void;
  /** A call was answered with the answer to an identical one. */
  apiCoalesced?(client: string): void;
  /** A user came back from Genesys Cloud: the code of the result, or the reason of a failure. */
  signedIn?(outcome: Exclude<SignInResult['code'], 'sign_in_failed'> | SignInFailure): void;
  /** The session of a user ended. */
  sessionEnded?(why: SessionEnd): void;
  /** A request to the token endpoint for tokens of a user has ended, after so many seconds. */
  userTokenRequest?(grant: 'code' | 'refresh', outcome: 'ok' | SignInFailure, seconds: number): void;
  /** Something happened with the shared store. */
  storeEvent?(kind: StoreEvent): void;
  /** What has changed in the notification hub, once a second and when it closes. */
  hub?(figures: HubFigures): void;
  /** A hub that shares a store has changed its role; `before` is missing when it starts, and `role` when it closes. */
  hubRole?(role: HubRole | undefined, before: HubRole | undefined): void;
  /** A new configuration or a changed secret was taken over, or refused for the old one. */
  reloaded?(what: 'config' | 'secret', outcome: 'applied' | 'refused'): void;
}
