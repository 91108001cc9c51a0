import type { HttpEvent } from '@angular/common/http';
import { InjectionToken } from '@angular/core';
import type { Observable } from 'rxjs';
import type { RelayClient } from '../relay/client';

/** Connects the calls to the relay with the session of the signed-in user. `withSignIn()` provides it. */
export interface SessionLink {
  /** The header that tells the relay which user the page shows. */
  headers(): Readonly<Record<string, string>>;
  /** A client whose calls have {@link headers}, and whose answers show who is signed in. */
  client(relay: RelayClient): RelayClient;
  /** Follows a request for the API. It fails if the user changes before the response is there. */
  watch(events: Observable<HttpEvent<unknown>>): Observable<HttpEvent<unknown>>;
}

/** The {@link SessionLink} of a configuration with `withSignIn()`. */
export const SESSION_LINK = new InjectionToken<SessionLink>(ngDevMode ? 'GENESYS_SESSION_LINK' : '');
