import { type Signal, signal } from '@angular/core';
import { ReplaySubject } from 'rxjs';
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
export class AuthState {
  readonly #status = signal<GenesysAuthStatus>('unknown');
  readonly #scopes = signal(NO_SCOPES);
  readonly #expiresAt = signal<Date | null>(null);
  readonly #error = signal<GenesysAuthError | null>(null);
  readonly #events = new ReplaySubject<GenesysAuthEvent>(REPLAYED_EVENTS);

  readonly status: Signal<GenesysAuthStatus> = this.#status.asReadonly();
  readonly scopes: Signal<ReadonlySet<string>> = this.#scopes.asReadonly();
  readonly expiresAt: Signal<Date | null> = this.#expiresAt.asReadonly();
  readonly error: Signal<GenesysAuthError | null> = this.#error.asReadonly();
  readonly events$ = this.#events.asObservable();

  renewing(reason: RenewalReason): void {
    this.#status.set('renewing');
    this.#events.next({ type: 'renewing', at: new Date(), reason });
  }

  ready(token: LiveToken): void {
    const expiresAt = expiryOf(token);
    this.#error.set(null);
    this.#show('ready', token.scopes, expiresAt);
    this.#events.next({ type: 'ready', at: new Date(), scopes: [...token.scopes], expiresAt });
  }

  /** @param live whether an older token goes on being used */
  failed(error: GenesysAuthError, live: boolean): void {
    this.#error.set(error);
    if (live) this.#status.set('ready');
    else this.#show('failed', NO_SCOPES, null);
    this.#events.next({ type: 'failed', at: new Date(), error });
  }

  warning(error: GenesysAuthError): void {
    this.#error.set(error);
    this.#events.next({ type: 'warning', at: new Date(), error });
  }

  cleared(): void {
    this.#error.set(null);
    this.#show('signed-out', NO_SCOPES, null);
    this.#events.next({ type: 'cleared', at: new Date() });
  }

  close(): void {
    this.#events.complete();
  }

  #show(status: GenesysAuthStatus, scopes: ReadonlySet<string>, expiresAt: Date | null): void {
    this.#status.set(status);
    this.#scopes.set(scopes);
    this.#expiresAt.set(expiresAt);
  }
}
