import type { HttpBackend, HttpEvent, HttpHandlerFn, HttpRequest } from '@angular/common/http';
import { InjectionToken } from '@angular/core';
import type { Observable } from 'rxjs';

/** Handles requests to the API. */
export interface ApiHandler {
  /** Whether a URL is on the API's origin. */
  readonly isApi: (url: string) => boolean;
  /** Handles a request whose URL is. May be subscribed to again: each time is another attempt. */
  handle(request: HttpRequest<unknown>, next: HttpHandlerFn, backend: HttpBackend): Observable<HttpEvent<unknown>>;
}

/** Puts a retry around a handler, if a feature provides it. Without one nothing is in the way of a request. */
export const RETRY_STEP = new InjectionToken<(inner: ApiHandler) => ApiHandler>(ngDevMode ? 'GENESYS_RETRY_STEP' : '');

/** Puts a log around each attempt, if a feature provides it. */
export const LOG_STEP = new InjectionToken<(inner: ApiHandler) => ApiHandler>(ngDevMode ? 'GENESYS_LOG_STEP' : '');
