/**
 * The result of a request, as a developer sees it.
 *
 * - `attached`: it carries the token
 * - `proxied`: it goes through the relay, which has the token
 * - `waiting`: it has not left yet
 * - `bare`: it goes out without a token
 * - `refused`: it was stopped, and nothing was sent
 * - `taken-off`: it had a token, which was taken off again
 * - `cancelled`: the app called it off before it left
 */
export type VerdictKind = 'attached' | 'proxied' | 'waiting' | 'bare' | 'refused' | 'taken-off' | 'cancelled';

/** How much it wants the developer's eye: `odd` was probably not meant so. */
export type VerdictLevel = 'good' | 'busy' | 'plain' | 'odd' | 'bad';

/** Why a token was or was not attached. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly level: VerdictLevel;
  /** The rule that matched, in a few words. */
  readonly rule: string;
  /** Why, in one sentence. */
  readonly reason: string;
  /** What to do, where something should be done. */
  readonly hint?: string | undefined;
}

/** What is known of one configuration. */
export interface Api {
  readonly name: string | undefined;
  readonly apiOrigin: string;
  readonly relayUrl: string;
}

/** The configuration that handles a request. */
export type Taker = Api | 'being loaded';
