import type { HttpRequest } from '@angular/common/http';
import type { Observable } from 'rxjs';
import type { GenesysAuthError, GenesysScopeError } from '../errors';

/** The scopes that a request needs. */
export interface ScopeRequirement {
  /** Checks them against the configuration, before the relay is asked for a token. */
  beforeToken(): GenesysScopeError | undefined;
  /** Checks them against the scopes of the token, before the request is sent. */
  afterGrant(granted: ReadonlySet<string>): GenesysScopeError | undefined;
}

/** Knows which scopes a request needs. A feature provides it; without it only requests that name scopes are checked. */
export interface OperationCatalogue {
  /** Completes when the catalogue is loaded, or cannot be loaded. `undefined` if there is nothing to wait for. */
  wait(): Observable<unknown> | undefined;
  /** The scopes that a request to the API needs. `undefined` if they are not known, or if it needs none. */
  requirementOf(request: HttpRequest<unknown>): ScopeRequirement | undefined;
  /** A more precise error for a response of the API, if there is one. */
  errorOf(response: unknown): GenesysAuthError | undefined;
  /** Development only: the app named scopes that it needs. Without an argument, it may need any scope. */
  noteUse(scopes?: readonly string[]): void;
  /** Development only: describes the needs of a request, for example "GET /api/v2/users needs ...". */
  explain?(request: HttpRequest<unknown>): string | undefined;
}
