import type { HttpInterceptorFn } from '@angular/common/http';
import { InjectionToken } from '@angular/core';
import type { ProxyStep } from '../proxy/step';
import type { NameCheck } from '../scopes/check';
import type { TokenSource } from '../token/source';
import type { TokenStep } from '../token/step';
import type { RequestNeeds } from './needs';

/** Handles a request to the API. Nothing happens before the subscription, and each subscription is another attempt. */
export type ApiHandler = HttpInterceptorFn;

/** What features add to the core. Without them nothing is in the way of a request. */
export interface Steps {
  /** Knows what a request needs that does not say so itself. */
  readonly needs?: RequestNeeds;
  /** Finds what is wrong with a scope by the names of Genesys Cloud. */
  readonly names?: NameCheck;
  /** Gets tokens in another way than from the relay alone. */
  readonly token?: TokenStep | undefined;
  /** Lets requests go through the relay. */
  readonly proxy?: ProxyStep;
  /** Puts a retry around a handler. */
  readonly retry?: (inner: ApiHandler, tokens: TokenSource) => ApiHandler;
  /** Puts a log around each attempt. */
  readonly log?: (inner: ApiHandler) => ApiHandler;
}

/** {@link Steps}, of each feature that has some. */
export const STEPS = new InjectionToken<readonly Steps[]>(ngDevMode ? 'GENESYS_STEPS' : '');
