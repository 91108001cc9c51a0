import type { HttpRequest } from '@angular/common/http';
import type { Observable } from 'rxjs';
import type { GenesysAuthError, GenesysScopeError } from '../errors';

/**
 * Checks what a request needs: without an argument against the configuration, before anything is sent; then against the
 * scopes that the token was granted.
 */
export type NeedCheck = (granted?: ReadonlySet<string>) => GenesysScopeError | undefined;

/** Knows what a request needs that does not say so itself. A feature gives it; without one nothing is known. */
export interface RequestNeeds {
  /** Ends when the knowledge is there, or is not worth waiting for any longer. `undefined` if that is now. */
  wait(): Observable<unknown> | undefined;
  /** The check of a request to the API. `undefined` if nothing is known about it, or it needs nothing particular. */
  checkOf(request: HttpRequest<unknown>): NeedCheck | undefined;
  /** A better error for a response of the API, if there is one. */
  errorOf(response: unknown): GenesysAuthError | undefined;
  /** Development only: the app itself said that it needs these scopes, or, without an argument, some that it did not say. */
  note(scopes?: readonly string[]): void;
  /** Development only: what is known about a request, as a sentence such as "GET /api/v2/users needs ...". */
  explain?(request: HttpRequest<unknown>): string | undefined;
}
