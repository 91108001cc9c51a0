import type { HttpEvent, HttpHandlerFn, HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import { InjectionToken } from '@angular/core';
import type { Observable } from 'rxjs';

/** Development only: sees what the interceptor does with each request, and changes nothing about it. */
export interface RequestWatch {
  /** Handles a request by `handle`, and watches. */
  watch(request: HttpRequest<unknown>, next: HttpHandlerFn, handle: HttpInterceptorFn): Observable<HttpEvent<unknown>>;
  /** The guard has taken the token off a request that is on its way to another origin. */
  tokenTakenOff(request: HttpRequest<unknown>): void;
}

/** {@link RequestWatch}, if a feature provides it. It is asked for in development builds alone. */
export const REQUEST_WATCH = new InjectionToken<RequestWatch>(ngDevMode ? 'GENESYS_REQUEST_WATCH' : '');
