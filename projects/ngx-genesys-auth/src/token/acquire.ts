import type { TokenResponse } from 'genesys-auth-protocol';
import { type Observable, defer, map } from 'rxjs';
import type { RelayClient } from '../relay/client';
import { type Age, stopwatch } from './stopwatch';
import type { RenewalReason } from './state';

/** A token, and the time since it was asked for. */
export interface Grant {
  readonly answer: TokenResponse;
  readonly age: Age;
  /** Whether another tab had asked the relay for it. */
  readonly isFromOtherTab?: boolean;
}

/**
 * Obtains a token.
 *
 * @param rejected the token that the API rejected, or that expired before it was sent
 */
export type AcquireToken = (rejected: string | undefined, reason: RenewalReason) => Observable<Grant>;

/**
 * Obtains a token from the relay.
 *
 * @param nameCaller whether the relay shall add whose token it is
 */
export const acquireFromRelay = (relay: RelayClient, rejected?: string, nameCaller?: boolean): Observable<Grant> =>
  defer(() => {
    const age = stopwatch();
    return relay.token(rejected, nameCaller).pipe(map((answer) => ({ answer, age })));
  });
