import type { Observable } from 'rxjs';
import type { Grant, TokenRequest } from './source';
import type { RenewalReason } from './state';

/** Asks the relay for a token. With `nameCaller` the answer says whose it is, if the relay knows how to. */
export type AskRelay = (rejected: string | undefined, reason: RenewalReason, nameCaller?: boolean) => Observable<Grant>;

/** Gets tokens in another way than from the relay alone. */
export type TokenStep = (ask: AskRelay) => TokenRequest;
