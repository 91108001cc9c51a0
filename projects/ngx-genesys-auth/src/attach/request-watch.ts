import type { HttpEvent, HttpHandlerFn, HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import { InjectionToken } from '@angular/core';
import type { Observable } from 'rxjs';

/** Development only: sees what the interceptor does with each request, and changes nothing about it. */
export interface RequestWatch {
  /** Handles a request by `handle`, and watches. */
  watch(request: HttpRequest<unknown>, next: HttpHandlerFn, handle: HttpInterceptorFn): Observable<HttpEvent<unknown>>;
  /** The guard has removed the token from a request to another origin. */
  tokenRemoved(request: HttpRequest<unknown>): void;
}

/** The {@link RequestWatch} of a feature. Only development builds inject it. */
export const REQUEST_WATCH = new InjectionToken<RequestWatch>(ngDevMode ? 'GENESYS_REQUEST_WATCH' : '');
