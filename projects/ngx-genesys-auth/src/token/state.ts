import { type Signal, signal } from '@angular/core';
import { type Observable, ReplaySubject } from 'rxjs';
import type { GenesysAuthError } from '../errors';
import { type LiveToken, expiryOf } from './live-token';

/**
 * Where the token is in its life.
 *
 * - `unknown`: nobody has needed one yet
 * - `renewing`: the relay is being asked; a token that is still live goes on being used
 * - `ready`: there is a token
 * - `failed`: there is none and the last attempt failed; the next request tries again
 * - `signed-out`: `clear()` was called; the next request asks for a new one
 */
export type GenesysAuthStatus = 'unknown' | 'ready' | 'renewing' | 'failed' | 'signed-out';

/** Something that happened to the token. No event holds a token. */
export type GenesysAuthEvent =
  | { readonly type: 'renewing'; readonly at: Date; readonly reason: RenewalReason }
  | { readonly type: 'ready'; readonly at: Date; readonly scopes: readonly string[]; readonly expiresAt: Date }
  | { readonly type: 'failed'; readonly at: Date; readonly error: GenesysAuthError }
  | { readonly type: 'warning'; readonly at: Date; readonly error: GenesysAuthError }
  | { readonly type: 'cleared'; readonly at: Date };

/** Why the relay is asked: there is no live token, its end is near, the API refused it, or the app called `renew()`. */
export type RenewalReason = 'needed' | 'ahead' | 'rejected' | 'asked';

/** How many events a late subscriber still gets. */
export const REPLAYED_EVENTS = 16;

const NO_SCOPES: ReadonlySet<string> = new Set();

/** What the app may see of the token's life, as signals and events. Written by the token source alone. */
export interface AuthState {
  readonly status: Signal<GenesysAuthStatus>;
  readonly scopes: Signal<ReadonlySet<string>>;
  readonly expiresAt: Signal<Date | null>;
  readonly error: Signal<GenesysAuthError | null>;
  readonly events$: Observable<GenesysAuthEvent>;
  renewing(reason: RenewalReason): void;
  ready(token: LiveToken): void;
  /** @param live whether an older token goes on being used */
  failed(error: GenesysAuthError, live: boolean): void;
  warning(error: GenesysAuthError): void;
  cleared(): void;
  close(): void;
}

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** Makes the state of a token that nobody has needed yet. */
export function createAuthState(): AuthState {
  const status = signal<GenesysAuthStatus>('unknown');
  const scopes = signal(NO_SCOPES);
  const expiresAt = signal<Date | null>(null);
  const error = signal<GenesysAuthError | null>(null);
  const events = new ReplaySubject<GenesysAuthEvent>(REPLAYED_EVENTS);
  const tell = (event: Untimed<GenesysAuthEvent>): void => {
    events.next({ at: new Date(), ...event });
  };
  const show = (shown: GenesysAuthStatus, granted = NO_SCOPES, end: Date | null = null): void => {
    status.set(shown);
    scopes.set(granted);
    expiresAt.set(end);
  };
  return {
    status: status.asReadonly(),
    scopes: scopes.asReadonly(),
    expiresAt: expiresAt.asReadonly(),
    error: error.asReadonly(),
    events$: events.asObservable(),
    renewing(reason) {
      status.set('renewing');
      tell({ type: 'renewing', reason });
    },
    ready(token) {
      const end = expiryOf(token);
      error.set(null);
      show('ready', token.scopes, end);
      tell({ type: 'ready', scopes: [...token.scopes], expiresAt: end });
    },
    failed(failure, live) {
      error.set(failure);
      if (live) status.set('ready');
      else show('failed');
      tell({ type: 'failed', error: failure });
    },
    warning(odd) {
      error.set(odd);
      tell({ type: 'warning', error: odd });
    },
    cleared() {
      error.set(null);
      show('signed-out');
      tell({ type: 'cleared' });
    },
    close() {
      events.complete();
    }
  };
}
