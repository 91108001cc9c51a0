import type { HttpEvent, HttpHandlerFn, HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import type { Observable } from 'rxjs';
import type { ResolvedConfig } from '../config';
import type { RelayClient } from '../relay/client';
import type { LiveToken } from '../token/live-token';

/** Sends a request on its way, with what gets it there. */
export type Forward = (
  request: HttpRequest<unknown>,
  live: LiveToken,
  next: HttpHandlerFn
) => Observable<HttpEvent<unknown>>;

/** Lets requests go through the relay. A feature provides it; without one they go to the API, with a token. */
export interface ProxyStep {
  /** What stands in for a token: the relay's word on who is signed in. */
  client(relay: RelayClient, config: ResolvedConfig): RelayClient;
  /** @param via where the relay is, and how it is called */
  forward(via: ResolvedConfig): Forward;
  /** Refuses requests whose path at the relay would leave the API, before anything is sent. */
  restrict(handler: HttpInterceptorFn, via: ResolvedConfig): HttpInterceptorFn;
  /** The error for who asks for a token. */
  noToken(): Error;
}
